import htm from '/lib/htm.js';
import { h } from '/lib/preact.js';

/** Markup as tagged templates: what needs no build step. */
export const html = htm.bind(h);
