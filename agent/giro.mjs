#!/usr/bin/env node
import './runtime-guard.mjs';

await import('./main.ts');
