import type { Context, Middleware } from 'koa';
import type { ClientAddress } from '../client-address.ts';
import { escapeHtml, page, sendPage } from '../page.ts';

export interface HomeFacts {
  readonly version: string;
  /** Where people have accounts, and where they need none. */
  readonly domains: readonly string[];
  readonly guestDomains: readonly string[];
  readonly boshPath: string;
  /** Undefined when there is no such endpoint. */
  readonly webSocketPath: string | undefined;
  readonly hasChat: boolean;
  readonly hasLab: boolean;
  /** Where clients reach this server; empty for the address at which they read this. */
  readonly publicUrl: string;
  readonly clients: ClientAddress;
}

/** What runs here, for people who open the server's address. */
export function home(facts: HomeFacts): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    sendPage(ctx, page('Holdfast', main(facts, ctx)));
  };
}

function main(facts: HomeFacts, ctx: Context): string {
  return `<h1>Holdfast <span class="version">${escapeHtml(facts.version)}</span></h1>
<p class="lead">An XMPP chat server${served(facts)}.</p>
${actions(facts)}
<section class="card">
<h2>Connect a client</h2>
<p>Clients in a browser need one of these addresses. A click selects it.</p>
<dl>
${urls(facts, ctx)}
</dl>
</section>
<p class="links">${facts.hasLab ? '<a href="/lab">Compare the transports</a> ' : ''}<a href="/health/ready">Is it ready?</a> <a href="https://xmpp.org/software/">XMPP clients</a>
<a href="https://xmpp.org/extensions/xep-0124.html">What is BOSH?</a></p>`;
}

function served({ domains, guestDomains }: HomeFacts): string {
  const forMembers = domains.length > 0 ? ` for ${list(domains)}` : '';
  return guestDomains.length > 0 ? `${forMembers}, with guests at ${list(guestDomains)}` : forMembers;
}

function list(domains: readonly string[]): string {
  return domains.map((domain) => `<code>${escapeHtml(domain)}</code>`).join(', ');
}

function actions({ hasChat, guestDomains }: HomeFacts): string {
  if (!hasChat) return '';
  const guest = guestDomains.length > 0 ? '\n<a class="button" href="/chat?guest">Look in as a guest</a>' : '';
  return `<p class="actions"><a class="button main" href="/chat">Open the chat</a>${guest}</p>`;
}

function urls({ clients, publicUrl, boshPath, webSocketPath }: HomeFacts, ctx: Context): string {
  const here = `http${clients.originOf(ctx.req).secure ? 's' : ''}://${ctx.host}`;
  const base = publicUrl === '' ? here : publicUrl.replace(/\/$/, '');
  const bosh = url('BOSH', `${base}${boshPath}`);
  if (webSocketPath === undefined) return bosh;
  return `${bosh}\n${url('WebSocket', `${base.replace(/^http/, 'ws')}${webSocketPath}`)}`;
}

function url(name: string, address: string): string {
  return `<dt>${name}</dt><dd><code class="copy">${escapeHtml(address)}</code></dd>`;
}
