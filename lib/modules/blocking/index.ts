import { opaqueId } from '../../base/random.ts';
import { BLOCKS } from '../../core/blocks.ts';
import { StateKey } from '../../core/keys.ts';
import { andThen, type MaybePromise } from '../../core/maybe-promise.ts';
import { defineModule, type HostContext, type IqRequest, type Verdict } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import { Jid } from '../../xmpp/jid.ts';
import { NS_BLOCKING, NS_BLOCKING_ERRORS, NS_REPORTING } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { BlockBook } from './block-book.ts';
import { tellAudience } from './audience.ts';

const PUSH_ID_BITS = 60;
/** UTF-16 units of a reason that are logged. */
const MAX_REASON = 100;

/** The resource asked for the list, so it is told of changes. */
const IS_INTERESTED = new StateKey<{ isInterested: boolean }>('blocking', () => ({ isInterested: false }));

/** Users decide whom they do not want to hear of. A list that cannot be read lets nothing through. @spec XEP-0191 */
export default defineModule({
  name: 'blocking',
  implements: [
    { spec: 'XEP-0191', version: '1.3', status: 'complete' },
    { spec: 'XEP-0377', version: '0.4.1', status: 'complete', note: 'reports are logged' },
  ],
  setup(host) {
    const book = new BlockBook(host);
    host.provide(BLOCKS, book);
    for (const feature of [NS_BLOCKING, NS_REPORTING]) host.feature(feature);
    host.iq('get', NS_BLOCKING, 'blocklist', (request) => listOf(book, request), 'account');
    host.iq('set', NS_BLOCKING, 'block', (request) => block(host, book, request), 'account');
    host.iq('set', NS_BLOCKING, 'unblock', (request) => unblock(host, book, request), 'account');
    host.hook('session:bound', 'observe', ({ session }) => void book.of(session.account));
    host.hook('stanza:from-client', 'filter', ({ session, stanza }) => outgoing(book, session.account, stanza));
    host.hook('stanza:to-account', 'filter', ({ account, stanza }) => incoming(book, account, stanza));
    host.hook('account:removed', 'observe', ({ account }) => book.forget(account));
  },
});

/** @spec XEP-0191 §3.3 */
function outgoing(book: BlockBook, account: Jid, { to }: Stanza): MaybePromise<Verdict> {
  if (!to) return undefined;
  return andThen(book.of(account), (list) => {
    if (!list.has(to)) return;
    const application = xml('blocked', { xmlns: NS_BLOCKING_ERRORS });
    throw new StanzaError('not-acceptable', 'You have blocked this address.', { type: 'cancel', application });
  });
}

/** The user looks offline to whom they have blocked. @spec XEP-0191 §3.3 */
function incoming(book: BlockBook, account: Jid, stanza: Stanza): MaybePromise<Verdict> {
  const { from, kind, type, isRequest } = stanza;
  if (!from || from.bare.equals(account)) return undefined;
  return andThen(book.of(account), (list) => {
    if (!list.has(from)) return;
    // A room would throw out who answers its messages with errors.
    const isAnswered = kind === 'message' ? !['groupchat', 'headline', 'error'].includes(type ?? '') : isRequest;
    if (isAnswered) throw new StanzaError('service-unavailable');
    return 'handled' as const;
  });
}

/** @spec XEP-0191 §3.2 */
function listOf(book: BlockBook, request: IqRequest): MaybePromise<Element> {
  const account = ownerOf(request);
  if (request.session) request.session.state(IS_INTERESTED).isInterested = true;
  return andThen(book.of(account), ({ addresses }) => command('blocklist', [...addresses]));
}

/** @spec XEP-0191 §3.3 */
async function block(host: HostContext, book: BlockBook, request: IqRequest): Promise<undefined> {
  const account = ownerOf(request);
  const items = itemsOf(request.payload);
  if (items.length === 0) throw new StanzaError('bad-request', 'There is nobody to block.');
  for (const { report } of items) if (report) checkReport(report);
  const list = await book.of(account);
  const fresh = items.map(({ address }) => address).filter((address) => !list.addresses.has(address));
  await tellAudience(host, account, fresh, list, 'unavailable');
  await book.block(account, fresh);
  for (const { address, report } of items) if (report) logReport(host, account, address, report);
  push(
    host,
    account,
    command(
      'block',
      items.map(({ address }) => address),
    ),
  );
}

/** Nobody named means everybody. @spec XEP-0191 §3.4 §3.5 */
async function unblock(host: HostContext, book: BlockBook, request: IqRequest): Promise<undefined> {
  const account = ownerOf(request);
  const named = itemsOf(request.payload).map(({ address }) => address);
  const list = await book.of(account);
  const freed = (named.length > 0 ? named : [...list.addresses]).filter((address) => list.addresses.has(address));
  await book.unblock(account, freed);
  await tellAudience(host, account, freed, list, 'available');
  push(host, account, command('unblock', named));
}

interface Item {
  readonly address: string;
  readonly report: Element | undefined;
}

function itemsOf(payload: Element): Item[] {
  const items = payload.getChildElements().filter((child) => child.getName() === 'item');
  return items.map((item) => {
    const jid = Jid.parse(item.attrs['jid'] ?? '');
    if (!jid) throw new StanzaError('jid-malformed', 'An item is not an address.');
    return { address: jid.toString(), report: item.child('report', NS_REPORTING) };
  });
}

/** @spec XEP-0377 §4 */
function checkReport(report: Element): void {
  if (!report.attrs['reason']) throw new StanzaError('bad-request', 'A report needs a reason.');
}

/** For the operator. What the user wrote stays out of the log. @spec XEP-0377 §6 */
function logReport(host: HostContext, account: Jid, reported: string, report: Element): void {
  const reason = report.attrs['reason']?.slice(0, MAX_REASON);
  host.log.warn('abuse.reported', { account: account.toString(), reported, reason });
}

function command(name: string, addresses: readonly string[]): Element {
  return xml(name, { xmlns: NS_BLOCKING }, ...addresses.map((jid) => xml('item', { jid })));
}

/** @spec XEP-0191 §3.3 */
function push(host: HostContext, account: Jid, change: Element): void {
  for (const session of host.sessions.of(account)) {
    if (!session.state(IS_INTERESTED).isInterested) continue;
    const id = opaqueId(host.random, PUSH_ID_BITS);
    session.send(new Stanza(xml('iq', { type: 'set', id }, change), account, session.jid));
  }
}

/** @spec XEP-0191 §3.2 */
function ownerOf({ account, isOwn }: IqRequest): Jid {
  if (!account || !isOwn) throw new StanzaError('forbidden');
  return account;
}
