import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { ExchangeOrigin } from '../../bosh/exchange.ts';
import { readBody } from '../body-reader.ts';
import type { ClientAddress } from '../client-address.ts';

/** What a back end asks for. */
interface PrebindWish {
  /** A bare JID. */
  readonly jid: string;
  readonly resource: string | undefined;
  readonly wait: number | undefined;
  readonly hold: number | undefined;
}

/** An HTTP status, and what is told with it. */
export interface PrebindAnswer {
  readonly status: number;
  readonly json: object;
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface PrebindOptions {
  readonly secret: string;
  /** The secret is taken also where others could read along. */
  readonly allowsPlain: boolean;
  readonly clients: ClientAddress;
  /** Seconds that an address has to wait that showed wrong secrets; undefined when it need not. */
  readonly isBlocked: (address: string) => number | undefined;
  /** A wrong secret. */
  readonly failed: (address: string) => void;
  readonly open: (wish: PrebindWish, origin: ExchangeOrigin) => Promise<PrebindAnswer>;
}

const MAX_BODY = 4096;
const BEARER = /^Bearer +(\S+) *$/i;

/**
 * Opens BOSH sessions for the users of an application, whose back end asks for them. Pages cannot: there are no
 * CORS headers.
 */
export function prebind(options: PrebindOptions): Middleware {
  return async (ctx) => {
    const { status, json, retryAfter } = refusalOf(ctx, options) ?? (await take(ctx, options));
    ctx.set('Cache-Control', 'no-store');
    ctx.set('X-Content-Type-Options', 'nosniff');
    if (status === 401) ctx.set('WWW-Authenticate', 'Bearer');
    if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter));
    ctx.status = status;
    ctx.body = json;
  };
}

function refusalOf(
  ctx: Context,
  { secret, allowsPlain, clients, isBlocked, failed }: PrebindOptions,
): PrebindAnswer | undefined {
  const { secure, loopback, address } = clients.originOf(ctx.req);
  if (!secure && !loopback && !allowsPlain) return refusal(403, 'others could read along: use https');
  const retryAfter = isBlocked(address);
  if (retryAfter !== undefined) return { ...refusal(429, 'too many wrong secrets'), retryAfter };
  if (isEqual(BEARER.exec(ctx.get('Authorization'))?.[1] ?? '', secret)) return undefined;
  failed(address);
  return refusal(401, 'this is not the secret');
}

async function take(ctx: Context, { clients, open }: PrebindOptions): Promise<PrebindAnswer> {
  const body = await new Promise<string | undefined>((resolve) => {
    readBody(ctx.req, MAX_BODY, (read) => resolve(read.is === 'text' ? read.text : undefined));
    ctx.req.once('close', () => resolve(undefined)); // one that breaks off has no outcome
  });
  const wish = body === undefined ? undefined : wishIn(body);
  if (!wish) return refusal(400, 'expected JSON such as {"jid":"alice@example.com"}');
  return open(wish, clients.originOf(ctx.req));
}

function wishIn(text: string): PrebindWish | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { jid, resource, wait, hold, ...others }: Partial<Record<string, unknown>> = { ...read };
  if (typeof jid !== 'string' || Object.keys(others).length > 0) return undefined;
  if (!isText(resource) || !isCount(wait) || !isCount(hold)) return undefined;
  return { jid, resource, wait, hold };
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '');
}

/** What BOSH can say with its numbers. */
function isCount(value: unknown): value is number | undefined {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255);
}

export function refusal(status: number, error: string): PrebindAnswer {
  return { status, json: { error } };
}

/** Takes the same time for every wrong one. */
function isEqual(shown: string, secret: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(shown), hash(secret));
}
