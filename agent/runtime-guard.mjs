// Imported before anything native or TypeScript: under an older Node better-sqlite3 ends in a silent segfault.
if (!(Number(process.versions.napi) >= 10)) {
  console.error(
    `giro: Node.js ${process.versions.node} is too old; Giro needs Node.js 24 (start it with "npm start", which brings its own)`,
  );
  process.exit(78);
}
