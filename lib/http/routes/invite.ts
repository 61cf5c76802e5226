import { fileURLToPath } from 'node:url';
import type Router from 'koa-router';
import { page, SCRIPTED_POLICY, sendPage } from '../page.ts';
import { StaticFiles } from '../static-files.ts';

export interface InviteFacts {
  readonly hasChat: boolean;
}

const SCRIPT = 'invite-page.mjs';

/** Clients that know what to do with an invitation, by the system that they are for. */
const CLIENTS: readonly (readonly [name: string, system: string, address: string])[] = [
  ['Conversations', 'Android', 'https://conversations.im/'],
  ['Monal', 'iOS macOS', 'https://monal-im.org/'],
  ['Siskin', 'iOS', 'https://siskin.im/'],
  ['Gajim', 'Windows Linux', 'https://gajim.org/'],
  ['Dino', 'Linux', 'https://dino.im/'],
];

/**
 * Says what to do with an invitation, which is in the fragment of the address: a script in the browser
 * reads it, and the server never does.
 *
 * @spec XEP-0379 §3.3 @spec XEP-0401 §5.2
 */
export function invite(router: Router, { hasChat }: InviteFacts): void {
  const html = page('Invitation', main(hasChat), `/invite/${SCRIPT}`);
  const scripts = new StaticFiles(fileURLToPath(new URL('./browser', import.meta.url)), (path) => path === SCRIPT);
  router.get('/invite', (ctx) => {
    ctx.set('Cache-Control', 'no-cache');
    sendPage(ctx, html, SCRIPTED_POLICY);
  });
  router.get(`/invite/${SCRIPT}`, (ctx) => scripts.send(ctx, SCRIPT));
}

function main(hasChat: boolean): string {
  const clients = CLIENTS.map(
    ([name, system, address]) =>
      `<li data-system="${system}"><a href="${address}" rel="noopener">${name}</a> (${system.replace(' ', ', ')})</li>`,
  );
  const chat = hasChat ? '\n<a class="button" id="chat" hidden>Chat in this browser</a>' : '';
  return `<h1 id="title">An invitation to chat</h1>
<p class="lead" id="lead">This link is incomplete: ask for it again.</p>
<p class="actions"><a class="button main" id="open" hidden>Open in your chat client</a>${chat}</p>
<section class="card" id="clients" hidden>
<h2>No chat client yet?</h2>
<p>Install one, and then come back to this page: without it the button does nothing.</p>
<ul>
${clients.join('\n')}
</ul>
<p><a href="https://xmpp.org/software/" rel="noopener">All clients</a></p>
</section>
<p>XMPP is chat by many providers and with many clients: which one you take is up to you. If you do not know who invites you, there is
nothing to do.</p>
<noscript><p>This page needs JavaScript to read the invitation in its address.</p></noscript>`;
}
