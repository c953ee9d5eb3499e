// Checksums.

import { createHash } from 'node:crypto';

// Returns the SHA-256 of contents, one after the other.
export const sum = (...contents) =>
  contents.reduce((hash, content) => hash.update(content), createHash('sha256')).digest('hex');
