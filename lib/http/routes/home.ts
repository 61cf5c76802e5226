import type { Middleware } from 'koa';
import { escapeHtml, page } from '../page.ts';

export interface HomeFacts {
  readonly domains: readonly string[];
  readonly boshPath: string;
}

/** What runs here, for people who open the server's address. */
export function home({ domains, boshPath }: HomeFacts): Middleware {
  const list = domains.map((domain) => `<code>${escapeHtml(domain)}</code>`).join(', ');
  const html = page(
    'Holdfast',
    `<p>An XMPP chat server for ${list}.</p>
<dl>
<dt>BOSH</dt><dd><a href="${escapeHtml(boshPath)}"><code>${escapeHtml(boshPath)}</code></a></dd>
<dt>Health</dt><dd><a href="/health/ready"><code>/health/ready</code></a></dd>
</dl>`,
  );
  return (ctx) => {
    ctx.type = 'html';
    ctx.body = html;
  };
}
