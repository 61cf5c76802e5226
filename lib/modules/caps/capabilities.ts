import type { Clock } from '../../base/clock.ts';
import { opaqueId, type Random } from '../../base/random.ts';
import { seconds, type Instant } from '../../base/time.ts';
import { ServiceKey } from '../../core/keys.ts';
import { xml } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_CAPS, NS_DISCO_INFO } from '../../xmpp/ns.ts';
import { Stanza } from '../../xmpp/stanza.ts';
import { fits, readInfo } from './read-info.ts';

/** Verification strings that are remembered. */
const MAX_KNOWN = 2000;
/** Resources of other servers that are remembered. */
const MAX_FAR = 20_000;
/** Questions that wait for an answer. */
const MAX_QUESTIONS = 1000;
/** How long a client may take to answer. */
export const PATIENCE = seconds(30);
const ID_BITS = 60;

type Features = ReadonlySet<string>;

const NONE: Features = new Set();

/** What clients can do, as they announce it in presence. */
export interface Capabilities {
  /** What is known of an available resource; nothing while nothing is known. */
  features(jid: Jid): Features;
  /** Tells when features of a resource become known that were not before. A watcher must not throw. */
  watch(watcher: (jid: Jid, added: Features) => void): void;
}

/** For modules that need to know what clients can do. */
export const CAPABILITIES = new ServiceKey<Capabilities>('capabilities');

/** What a resource announces. */
interface Claim {
  /** Equal for all that announce the same; the resource itself when it cannot be verified. */
  readonly key: string;
  readonly node: string;
  readonly ver: string;
  readonly canBeVerified: boolean;
}

interface Resource {
  readonly jid: Jid;
  readonly claim: Claim;
  /** Who may ask the resource. */
  readonly asker: Jid;
  features: Features;
}

interface Question {
  readonly id: string;
  readonly resource: Resource;
  /** When it is asked in vain. */
  readonly until: Instant;
}

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly domain: string;
  readonly send: (stanza: Stanza) => unknown;
}

/**
 * Learns what clients can do: asks one of those that announce a string that is not known, checks
 * the answer against it, and remembers it for all.
 *
 * @spec XEP-0115 §5.4 §6.2
 */
export class Learner implements Capabilities {
  readonly #deps: Deps;
  /** Oldest first: a Map keeps the order of insertion. */
  readonly #known = new Map<string, Features>();
  readonly #resources = new Map<string, Resource>();
  /** By the key of the claim that is asked about. */
  readonly #questions = new Map<string, Question>();
  readonly #watchers: ((jid: Jid, added: Features) => void)[] = [];
  #far = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  features(jid: Jid): Features {
    return this.#resources.get(jid.toString())?.features ?? NONE;
  }

  watch(watcher: (jid: Jid, added: Features) => void): void {
    this.#watchers.push(watcher);
  }

  /** A resource is available. @param asker on whose behalf it may be asked */
  noted(jid: Jid, presence: Stanza, asker: Jid): void {
    const claim = readClaim(jid, presence);
    const before = this.#resources.get(jid.toString());
    if (before?.claim.key === claim?.key) return;
    this.gone(jid);
    if (!claim) return;
    const resource = { jid, claim, asker, features: before?.features ?? NONE };
    this.#remember(resource);
    const features = this.#known.get(claim.key);
    if (features) this.#tell(resource, features);
    else this.#ask(resource);
  }

  /** A resource is not available any more. */
  gone(jid: Jid): void {
    if (this.#resources.delete(jid.toString()) && this.#isFar(jid)) this.#far -= 1;
  }

  /** Whether an answer to one of the questions. */
  answered(answer: Stanza): boolean {
    const question = [...this.#questions.values()].find(({ id }) => id === answer.id);
    if (!question || !answer.from?.equals(question.resource.jid)) return false;
    const { resource } = question;
    const { claim } = resource;
    this.#questions.delete(claim.key);
    const info = readInfo(answer);
    const features = new Set(info?.features ?? []);
    if (info && claim.canBeVerified && fits(info, claim.ver)) this.#learn(claim.key, features);
    // What cannot be verified counts for nobody else; another one may know better. §5.4
    else {
      this.#tell(resource, features);
      this.#askNext(claim.key, resource);
    }
    return true;
  }

  /** Gives up on those who do not answer, and asks others. To be called now and then. */
  sweep(): void {
    const now = this.#deps.clock.now();
    for (const [key, { resource, until }] of this.#questions) {
      if (until > now) return;
      this.#questions.delete(key);
      this.#askNext(key, resource);
    }
  }

  #learn(key: string, features: Features): void {
    this.#known.set(key, features);
    if (this.#known.size > MAX_KNOWN) this.#known.delete([...this.#known.keys()][0] ?? '');
    for (const resource of this.#resources.values()) if (resource.claim.key === key) this.#tell(resource, features);
  }

  /** A client that is gone meanwhile hears nothing. */
  #tell(resource: Resource, features: Features): void {
    const { jid, features: before } = resource;
    if (this.#resources.get(jid.toString()) !== resource) return;
    resource.features = features;
    const added = new Set([...features].filter((feature) => !before.has(feature)));
    if (added.size > 0) for (const watcher of this.#watchers) watcher(jid, added);
  }

  /** @spec XEP-0115 §6.2 */
  #ask(resource: Resource): void {
    const { claim, jid, asker } = resource;
    if (this.#questions.has(claim.key) || this.#questions.size >= MAX_QUESTIONS) return;
    const { clock, random, send } = this.#deps;
    const id = opaqueId(random, ID_BITS);
    this.#questions.set(claim.key, { id, resource, until: clock.now() + PATIENCE });
    const query = xml('query', { xmlns: NS_DISCO_INFO, node: `${claim.node}#${claim.ver}` });
    send(new Stanza(xml('iq', { type: 'get', id }, query), asker, jid));
  }

  /** Those who announced the same after the one that did not say it right. */
  #askNext(key: string, failed: Resource): void {
    const same = [...this.#resources.values()].filter(({ claim }) => claim.key === key);
    const next = same[same.indexOf(failed) + 1];
    if (next) this.#ask(next);
  }

  #remember(resource: Resource): void {
    this.#resources.set(resource.jid.toString(), resource);
    if (!this.#isFar(resource.jid)) return;
    this.#far += 1;
    if (this.#far <= MAX_FAR) return;
    for (const { jid } of this.#resources.values()) if (this.#isFar(jid)) return this.gone(jid);
  }

  #isFar({ domain }: Jid): boolean {
    return domain !== this.#deps.domain;
  }
}

/** Undefined when the presence announces nothing. @spec XEP-0115 §4 */
function readClaim(jid: Jid, presence: Stanza): Claim | undefined {
  const { node, ver, hash } = presence.child(NS_CAPS, 'c')?.attrs ?? {};
  if (node === undefined || ver === undefined) return undefined;
  const canBeVerified = hash === 'sha-1';
  return { key: canBeVerified ? ver : `${jid} ${node}#${ver}`, node, ver, canBeVerified };
}
