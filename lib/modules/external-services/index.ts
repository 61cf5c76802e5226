import { createHmac } from 'node:crypto';
import type { Duration, EpochMillis } from '../../base/time.ts';
import { defineModule, type IqRequest } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_EXTERNAL_SERVICES } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';

/** A service outside of XMPP. @spec XEP-0215 §2 */
export interface ExternalService {
  readonly type: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly transport?: string | undefined;
  readonly name?: string | undefined;
  /** Shared with the service: users get credentials of their own, made with it. */
  readonly secret?: string | undefined;
  /** How long those are good. */
  readonly lifetime: Duration;
  /** The same credentials for everybody, where there is no secret. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Characters of the name that stands for a user: 96 bits. */
const ALIAS_LENGTH = 16;

type Selection = Readonly<Record<string, string | undefined>>;

/** Tells clients of services such as STUN and TURN, with credentials; nothing when there are none. @spec XEP-0215 */
export default defineModule<{ readonly services: readonly ExternalService[] }>({
  name: 'external-services',
  implements: [{ spec: 'XEP-0215', version: '1.0.0', status: 'complete', note: 'nothing is pushed' }],
  setup(host, { services }) {
    if (services.length === 0) return;
    host.feature(NS_EXTERNAL_SERVICES);
    const describe = (service: ExternalService, user: Jid): Element => element(service, user, host.clock.date());

    host.iq('get', NS_EXTERNAL_SERVICES, 'services', (request) => {
      const user = userOf(request, host.domain);
      const { type } = request.payload.attrs;
      const wanted = services.filter((service) => type === undefined || service.type === type);
      return xml(
        'services',
        { xmlns: NS_EXTERNAL_SERVICES, type },
        ...wanted.map((service) => describe(service, user)),
      );
    });

    host.iq('get', NS_EXTERNAL_SERVICES, 'credentials', (request) => {
      const user = userOf(request, host.domain);
      const wanted = request.payload.child('service', NS_EXTERNAL_SERVICES)?.attrs;
      if (!wanted?.['host'] || !wanted['type']) throw new StanzaError('bad-request', 'Which service?');
      const found = services.filter((service) => fits(service, wanted) && isRestricted(service));
      if (found.length === 0) throw new StanzaError('item-not-found');
      return xml('credentials', { xmlns: NS_EXTERNAL_SERVICES }, ...found.map((service) => describe(service, user)));
    });
  },
});

/** Credentials are for the users of this domain. @spec XEP-0215 §2 */
function userOf({ from }: IqRequest, domain: string): Jid {
  if (from.domain !== domain) throw new StanzaError('forbidden');
  return from.bare;
}

/** @spec XEP-0215 §3.3 */
function fits(service: ExternalService, { host, type, port }: Selection): boolean {
  return service.host === host && service.type === type && (port === undefined || String(service.port) === port);
}

function isRestricted({ secret, username, password }: ExternalService): boolean {
  return secret !== undefined || username !== undefined || password !== undefined;
}

/** @spec XEP-0215 §2 */
function element(service: ExternalService, user: Jid, now: EpochMillis): Element {
  const { type, host, port, transport, name } = service;
  const credentials =
    service.secret === undefined ? fixed(service) : temporary(service.secret, service.lifetime, user, now);
  return xml('service', { type, host, port: port?.toString(), transport, name, ...credentials });
}

function fixed(service: ExternalService): Selection {
  if (!isRestricted(service)) return {};
  return { username: service.username, password: service.password, restricted: 'true' };
}

/**
 * Good for a while, as TURN servers check them (`use-auth-secret` of coturn): the name says until
 * when, in seconds since 1970, and whose they are; the password proves that we said so. TURN sends
 * names in the clear, so the user has another one there, always the same.
 *
 * @spec XEP-0215 §3.3
 */
function temporary(secret: string, lifetime: Duration, user: Jid, now: EpochMillis): Selection {
  const expires = Math.floor((now + lifetime) / 1000);
  const alias = createHmac('sha256', secret).update(user.toString()).digest('base64url').slice(0, ALIAS_LENGTH);
  const username = `${expires}:${alias}`;
  const password = createHmac('sha1', secret).update(username).digest('base64');
  return { username, password, expires: formatDateTime(expires * 1000), restricted: 'true' };
}
