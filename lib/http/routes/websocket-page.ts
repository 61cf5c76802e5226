import type { Middleware } from 'koa';
import { page, sendPage } from '../page.ts';

const PAGE = page(
  'WebSocket endpoint',
  `<h1>WebSocket endpoint</h1>
<p>This address speaks <a href="https://www.rfc-editor.org/rfc/rfc7395">XMPP over WebSocket</a>. Give it to your client
as its WebSocket URL, with <code>ws:</code> or <code>wss:</code> in front.</p>
<p><a href="/">About this server</a></p>`,
);

/** What a request without an upgrade gets. @spec RFC 9110 §15.5.22 WH-01 */
export const webSocketPage: Middleware = (ctx) => {
  ctx.status = 426;
  ctx.set('Upgrade', 'websocket');
  sendPage(ctx, PAGE);
};
