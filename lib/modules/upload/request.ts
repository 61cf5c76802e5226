import type { EpochMillis } from '../../base/time.ts';
import { xml, type Element } from '../../xml/index.ts';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from '../../xmpp/ns.ts';
import { parseDateTime } from '../../xmpp/payloads/date-time.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** Bytes of a file name; more does not fit into the folders of most systems. */
const MAX_NAME_BYTES = 255;
const SIZE = /^[1-9][0-9]{0,14}$/;
const TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const UNDECLARED = 'application/octet-stream';

export interface UploadRequest {
  readonly name: string;
  readonly size: number;
  readonly type: string | undefined;
  readonly expireBefore: EpochMillis | undefined;
}

/** @throws StanzaError @spec XEP-0363 §4 §5 §6 */
export function readUploadRequest(
  request: Element,
  limits: { readonly maxSize: number; readonly types: readonly string[] },
  now: EpochMillis,
): UploadRequest {
  const { filename, size = '', 'content-type': type } = request.attrs;
  const name = filename === undefined ? undefined : cleanName(filename);
  if (name === undefined || !SIZE.test(size)) {
    throw new StanzaError('bad-request', 'a file has a name, and a size in bytes');
  }
  if (Number(size) > limits.maxSize) throw tooLarge(limits.maxSize);
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
  if (essence !== undefined && !TYPE.test(essence)) throw new StanzaError('bad-request', 'this is no media type');
  if (!isAllowed(essence ?? UNDECLARED, limits.types)) {
    throw new StanzaError('not-acceptable', `files of these types are taken: ${limits.types.join(', ')}`);
  }
  return { name, size: Number(size), type: essence, expireBefore: readExpiry(request, now) };
}

/** The last part of a path, without what no file name should have; undefined when nothing is left. */
function cleanName(filename: string): string | undefined {
  const last =
    filename
      .split(/[/\\]/)
      .at(-1)
      ?.replaceAll(/\p{Cc}/gu, '')
      .trim() ?? '';
  const isName = last !== '' && last !== '.' && last !== '..';
  return isName && Buffer.byteLength(last) <= MAX_NAME_BYTES ? last : undefined;
}

/** @spec XEP-0363 §5.3 */
function readExpiry(request: Element, now: EpochMillis): EpochMillis | undefined {
  const ephemeral = request.child('ephemeral', NS_UPLOAD_PURPOSE);
  if (!ephemeral) return undefined;
  const at = parseDateTime(ephemeral.attrs['expire-before'] ?? '');
  if (at === undefined || at <= now) throw new StanzaError('bad-request', 'expire-before is a time to come');
  return at;
}

function isAllowed(type: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern === '*' || pattern === '*/*' || pattern === type) return true;
    return pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1));
  });
}

function tooLarge(maxSize: number): StanzaError {
  const application = xml('file-too-large', { xmlns: NS_UPLOAD }, xml('max-file-size', {}, String(maxSize)));
  return new StanzaError('not-acceptable', `A file has at most ${maxSize} bytes.`, { application });
}
