import { createHash } from 'node:crypto';

/** The SHA-1 of a text in UTF-8, in base64. */
export function sha1Base64(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('base64');
}
