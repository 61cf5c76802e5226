import type { Middleware } from 'koa';

/** Why the server is not ready; empty when it is. */
export type Unready = () => readonly string[];

/** The process answers. */
export const live: Middleware = (ctx) => {
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { status: 'live' };
};

/** The process should be given work; 503 and the reasons when not. */
export function ready(reasons: Unready): Middleware {
  return (ctx) => {
    const why = reasons();
    ctx.set('Cache-Control', 'no-store');
    ctx.status = why.length === 0 ? 200 : 503;
    ctx.body = why.length === 0 ? { status: 'ready' } : { status: 'not ready', reasons: why };
  };
}
