import { seconds, type Duration } from '../../base/time.ts';
import { defineModule, type HostContext, type IqRequest } from '../../core/module.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_MAM, NS_RETRACT, NS_RSM } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { AccountArchives } from './account-archives.ts';
import { Archive, ARCHIVE } from './archive.ts';
import { PreferenceBook, readPreferences, writePreferences, type DefaultPolicy } from './preferences.ts';
import { queryForm } from './query.ts';
import { sweep } from './sweep.ts';

const SWEEP_PERIOD: Duration = seconds(3600);

export interface ArchiveOptions {
  /** Whose messages are archived when the account did not say. */
  readonly policy: DefaultPolicy;
  /** Messages are removed after this time; 0 for never. */
  readonly expireAfter: Duration;
  /** Messages kept in one archive; the oldest go first. */
  readonly maxMessages: number;
}

/** What was said, for all clients of those who said it. @spec XEP-0313 */
export default defineModule<ArchiveOptions>({
  name: 'archive',
  implements: [
    { spec: 'XEP-0313', version: '1.1.3', status: 'complete' },
    { spec: 'XEP-0059', version: '1.0', status: 'complete', note: 'no pages by number' },
    { spec: 'XEP-0334', version: '1.0.0', status: 'complete' },
    { spec: 'XEP-0424', version: '0.4.2', status: 'complete' },
    { spec: 'XEP-0441', version: '0.2.0', status: 'complete' },
  ],
  needs: ['stanza-ids'],

  setup(host, { policy, expireAfter, maxMessages }) {
    const archive = new Archive(host);
    host.provide(ARCHIVE, archive);
    host.hook('host:stopping', 'observe', () => archive.hurry());
    host.every(SWEEP_PERIOD, () => sweep(host, expireAfter, maxMessages));
    // A guest's archive would be gone with its session.
    if (!host.options.anonymous) serveAccounts(host, archive, policy);
  },
});

function serveAccounts(host: HostContext, archive: Archive, policy: DefaultPolicy): void {
  const preferences = new PreferenceBook(host, policy);
  const accounts = new AccountArchives(host, archive, preferences);
  announce(host);
  host.iq('get', NS_MAM, 'query', (request) => ownerOf(request) && queryForm(), 'account');
  host.iq('set', NS_MAM, 'query', (request) => archive.answer(ownerOf(request), request), 'account');
  host.iq('get', NS_MAM, 'metadata', (request) => archive.metadata(ownerOf(request)), 'account');
  host.iq(
    'get',
    NS_MAM,
    'prefs',
    async (request) => writePreferences(await preferences.get(ownerOf(request))),
    'account',
  );
  host.iq(
    'set',
    NS_MAM,
    'prefs',
    async (request) => {
      const wanted = readPreferences(request.payload);
      await preferences.set(ownerOf(request), wanted);
      return writePreferences(wanted);
    },
    'account',
  );
  // So that the first messages need not wait.
  host.hook('session:bound', 'observe', ({ session }) => void preferences.get(session.account));
  host.hook('bind:answers', 'act', async ({ account, answers }) => void answers.push(await archive.metadata(account)));
  host.hook('stanza:from-client', 'observe', ({ session, stanza }) => accounts.sent(session.account, stanza));
  host.hook('message:delivery', 'filter', ({ account, stanza }) => accounts.identify(account, stanza));
  host.hook('message:delivery', 'observe', ({ account, stanza }) => accounts.received(account, stanza));
  host.hook('message:undeliverable', 'filter', (event) =>
    event.isReturned ? undefined : accounts.identify(event.account, event.stanza),
  );
  host.hook('message:undeliverable', 'observe', (event) =>
    event.isReturned ? undefined : accounts.received(event.account, event.stanza),
  );
  host.hook('account:removed', 'observe', async ({ account }) => {
    preferences.forget(account);
    await archive.clear(account);
  });
}

/** @spec XEP-0313 §7 @spec XEP-0424 §2 §4 */
function announce(host: HostContext): void {
  const features = [
    NS_MAM,
    `${NS_MAM}#extended`,
    `${NS_MAM}#groupchat-field`,
    NS_RSM,
    NS_RETRACT,
    `${NS_RETRACT}#tombstone`,
  ];
  for (const feature of features) host.accountFeature(feature);
  host.feature(NS_RETRACT);
}

/** Everybody has their own archive, and nobody sees another's. @spec XEP-0313 §8.1 */
function ownerOf({ account, isOwn }: IqRequest): Jid {
  if (!account || !isOwn) throw new StanzaError('forbidden');
  return account;
}
