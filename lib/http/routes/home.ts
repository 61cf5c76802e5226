import type { Middleware } from 'koa';
import { escapeHtml, page } from '../page.ts';

export interface HomeFacts {
  readonly domains: readonly string[];
  readonly boshPath: string;
  /** Undefined when there is no such endpoint. */
  readonly webSocketPath: string | undefined;
}

/** What runs here, for people who open the server's address. */
export function home({ domains, boshPath, webSocketPath }: HomeFacts): Middleware {
  const list = domains.map((domain) => `<code>${escapeHtml(domain)}</code>`).join(', ');
  const webSocket =
    webSocketPath === undefined ? '' : `<dt>WebSocket</dt><dd><code>${escapeHtml(webSocketPath)}</code></dd>\n`;
  const html = page(
    'Holdfast',
    `<p>An XMPP chat server for ${list}.</p>
<dl>
<dt>BOSH</dt><dd><a href="${escapeHtml(boshPath)}"><code>${escapeHtml(boshPath)}</code></a></dd>
${webSocket}<dt>Health</dt><dd><a href="/health/ready"><code>/health/ready</code></a></dd>
</dl>`,
  );
  return (ctx) => {
    ctx.type = 'html';
    ctx.body = html;
  };
}
