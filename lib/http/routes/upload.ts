import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import send from 'send';
import type { EpochMillis } from '../../base/time.ts';
import type { UploadSlot } from '../../xmpp/upload-slot.ts';
import type { Cors } from '../cors.ts';

/** Below this path are all uploads. */
export const UPLOAD_PATH = '/upload/';

interface FoundFile {
  readonly path: string;
  readonly facts: {
    readonly name: string;
    readonly type?: string | undefined;
    readonly expiresAt?: EpochMillis | undefined;
  };
}

export interface UploadRouteOptions {
  readonly cors: Cors;
  readonly now: () => EpochMillis;
  /** The slot behind what the client shows, while it is good. */
  readonly findSlot: (token: string) => Promise<UploadSlot | undefined>;
  readonly receive: (slot: UploadSlot, content: Readable) => Promise<'stored' | 'exists' | 'wrong-size'>;
  readonly findFile: (id: string) => Promise<FoundFile | undefined>;
}

const METHODS = 'OPTIONS, HEAD, GET, PUT';
const PATH = /^\/upload\/([a-z2-7]+)\/([^/]+)$/;
/** What a browser may show by itself; it runs nothing of these. */
const SHOWN = /^(?:image\/(?:avif|bmp|gif|jpeg|png|webp)|(?:audio|video)\/[\w.+-]+|text\/plain)$/;
/** Nothing that somebody uploaded runs, loads or is framed. @spec XEP-0363 §9.1 */
const POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";
const CACHED_MS = 365 * 24 * 3_600_000;

/**
 * Takes files into slots, and gives them to whoever has their address.
 *
 * @spec XEP-0363 §7 §8 §9
 */
export function upload(options: UploadRouteOptions): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(UPLOAD_PATH)) return next();
    setHeaders(ctx, options.cors);
    if (ctx.method === 'OPTIONS') preflight(ctx);
    else if (ctx.method === 'PUT') await put(ctx, options);
    else if (ctx.method === 'GET' || ctx.method === 'HEAD') await get(ctx, options);
    else {
      ctx.set('Allow', METHODS);
      answer(ctx, 405, `This address takes ${METHODS}.`);
    }
    return undefined;
  };
}

function setHeaders(ctx: Context, cors: Cors): void {
  const headers = cors.headers(ctx.req);
  for (let index = 0; index < headers.length; index += 2) ctx.set(headers[index] ?? '', headers[index + 1] ?? '');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Content-Security-Policy', POLICY);
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
  ctx.set('Referrer-Policy', 'no-referrer');
}

/** @spec XEP-0363 §8 */
function preflight(ctx: Context): void {
  ctx.set('Access-Control-Allow-Methods', METHODS);
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Range');
  ctx.set('Access-Control-Max-Age', '86400');
  ctx.status = 204;
}

/** @spec XEP-0363 §7 */
async function put(ctx: Context, { findSlot, receive }: UploadRouteOptions): Promise<void> {
  const token = ctx.query['slot'];
  const slot = typeof token === 'string' ? await findSlot(token) : undefined;
  const asked = askedFor(ctx.path);
  if (!slot || slot.id !== asked?.id || slot.name !== asked.name) {
    return refuse(ctx, 403, 'There is no slot for this upload, or its time is over.');
  }
  const fault = faultOf(ctx, slot);
  if (fault) return refuse(ctx, ...fault);
  const outcome = await receive(slot, ctx.req);
  if (outcome === 'stored') {
    ctx.set('Location', ctx.path);
    return answer(ctx, 201, 'The file is here.');
  }
  if (outcome === 'exists') return refuse(ctx, 409, 'There is a file here already.');
  return refuse(ctx, 400, `The file does not have ${slot.size} bytes.`);
}

function faultOf(ctx: Context, slot: UploadSlot): [status: number, text: string] | undefined {
  const length = ctx.get('Content-Length');
  if (length === '') return [411, 'An upload needs a Content-Length.'];
  if (Number(length) !== slot.size)
    return [Number(length) > slot.size ? 413 : 400, `The slot is for ${slot.size} bytes.`];
  const type = ctx.get('Content-Type').split(';', 1)[0]?.trim().toLowerCase();
  const isOther = slot.type !== undefined && type !== '' && type !== slot.type;
  return isOther ? [415, `The slot is for ${slot.type}.`] : undefined;
}

async function get(ctx: Context, { findFile, now }: UploadRouteOptions): Promise<void> {
  const asked = askedFor(ctx.path);
  const found = asked && (await findFile(asked.id));
  const expiresAt = found?.facts.expiresAt ?? Number.POSITIVE_INFINITY;
  if (!found || expiresAt <= now() || found.facts.name !== asked.name) {
    return answer(ctx, 404, 'There is no such file, or not any more.');
  }
  const { type = '' } = found.facts;
  const isShown = SHOWN.test(type);
  ctx.set(
    'Content-Type',
    isShown ? `${type}${type === 'text/plain' ? '; charset=utf-8' : ''}` : 'application/octet-stream',
  );
  ctx.set('Content-Disposition', dispositionOf(found.facts.name, isShown));
  ctx.set('Access-Control-Expose-Headers', 'Content-Length, Content-Range, Content-Disposition');
  const age = Math.floor(Math.min(CACHED_MS, expiresAt - now()) / 1000);
  ctx.set('Cache-Control', `private, max-age=${age}, immutable`);
  ctx.respond = false;
  ctx.res.statusCode = 200;
  serve(ctx.req, ctx.res, found.path);
}

/** However its name is encoded. */
function askedFor(path: string): { readonly id: string; readonly name: string } | undefined {
  const [, id = '', name = ''] = PATH.exec(path) ?? [];
  try {
    return { id, name: decodeURIComponent(name) };
  } catch {
    return undefined; // decodeURIComponent throws for what is not UTF-8
  }
}

/** @spec RFC 8187 §3.2 */
function dispositionOf(name: string, isShown: boolean): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded}`;
}

/** With ranges, HEAD and conditions. The path is ours, not the client's. @spec RFC 9110 §13 §14 */
function serve(request: IncomingMessage, response: ServerResponse, path: string): void {
  const failed = (error: Error & { readonly status?: number }): void => {
    if (response.headersSent) return void response.destroy();
    const range = error.status === 416 ? response.getHeader('Content-Range') : undefined;
    response.statusCode = error.status ?? 500;
    response.removeHeader('Cache-Control');
    if (range !== undefined) response.setHeader('Content-Range', range);
    response.end();
  };
  send(request, encodeURI(path), { cacheControl: false, dotfiles: 'allow', index: false })
    .on('error', failed)
    .pipe(response);
}

/** What the client still sends is not wanted. */
function refuse(ctx: Context, status: number, text: string): void {
  // HTTP/2 has no such header, and stops the one request.
  if (ctx.req.httpVersionMajor === 1) ctx.set('Connection', 'close');
  answer(ctx, status, text);
}

function answer(ctx: Context, status: number, text: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.status = status;
  ctx.type = 'text/plain';
  ctx.body = `${text}\n`;
}
