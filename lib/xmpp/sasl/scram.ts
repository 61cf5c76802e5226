import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import {
  announcedTypes,
  EMPTY_CHALLENGE,
  failure,
  refused,
  type Mechanism,
  type Offer,
  type SaslAnswer,
  type SaslStep,
} from './mechanism.ts';
import { HASHES, type ScramHash, type ScramKeys } from './scram-keys.ts';

/** The flag, the type of channel binding, and who the client wants to act as. @spec RFC 5802 §7 */
const GS2_HEADER = /^([ny]|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,/;
const CLIENT_FIRST_BARE = /^n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,|$)/;
const CLIENT_FINAL = /^c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]*)*),p=([A-Za-z0-9+/=]+)$/;

/** A wrong name and a wrong password look the same. */
const WRONG = failure('not-authorized');

export interface ScramOptions {
  readonly hash: ScramHash;
  /** Unpredictable, without commas. */
  readonly nonce: string;
  /** The mechanism is the one with -PLUS. */
  readonly isBound?: boolean;
  /** Told to the client, so that it can check what it saw; nothing is told without. */
  readonly offer?: Offer;
}

/**
 * The server's side of SCRAM: the password never leaves the client, and each side proves to the other
 * that it knows it; and with -PLUS, that there is nobody between them.
 *
 * @spec RFC 5802 §5
 * @spec RFC 7677 §3
 */
export class Scram implements Mechanism {
  readonly encoding = 'utf8';
  readonly #options: ScramOptions;
  #username = '';
  #authzid = '';
  /** The GS2 header and what it binds to, as the client has to repeat it. */
  #channel = '';
  #clientFirstBare = '';
  #serverFirst = '';
  #nonce = '';
  #keys: ScramKeys | undefined;
  #exists = false;
  #isDisabled = false;

  constructor(options: ScramOptions) {
    this.#options = options;
  }

  respond(data: string | undefined): SaslStep {
    if (data === undefined) return EMPTY_CHALLENGE;
    return this.#keys ? this.#final(data, this.#keys) : this.#first(data);
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'scram') return refused(answer);
    this.#keys = answer.keys;
    this.#exists = answer.exists;
    this.#isDisabled = answer.isDisabled ?? false;
    const salt = Buffer.from(answer.keys.salt).toString('base64');
    this.#serverFirst = `r=${this.#nonce},s=${salt},i=${answer.keys.iterations}${this.#hashOfOffer()}`;
    return { step: 'challenge', data: this.#serverFirst };
  }

  /** @spec RFC 5802 §7 */
  #first(data: string): SaslStep {
    const header = GS2_HEADER.exec(data);
    if (!header) return failure('malformed-request');
    const [gs2Header, flag = '', type, authorization = ''] = header;
    const channel = this.#channelOf(flag, type);
    if (!(channel instanceof Uint8Array)) return channel;
    const bare = data.slice(gs2Header.length);
    const fields = CLIENT_FIRST_BARE.exec(bare);
    const username = fields ? saslName(fields[1] ?? '') : undefined;
    const authzid = saslName(authorization);
    if (!fields || !username || authzid === undefined) return failure('malformed-request');
    this.#channel = Buffer.concat([Buffer.from(gs2Header), channel]).toString('base64');
    this.#clientFirstBare = bare;
    this.#username = username;
    this.#authzid = authzid;
    this.#nonce = `${fields[2]}${this.#options.nonce}`;
    return { step: 'ask', ask: { about: 'scram', username, hash: this.#options.hash } };
  }

  /**
   * What the client has to know of the channel.
   *
   * @spec RFC 5802 §6
   */
  #channelOf(flag: string, type: string | undefined): Uint8Array | SaslStep {
    const { isBound = false, offer } = this.#options;
    if (isBound !== (type !== undefined)) {
      return failure('malformed-request', 'mechanisms with -PLUS bind the channel, and no others');
    }
    if (type !== undefined) {
      const binding = offer?.bindings.find((offered) => offered.type === type);
      return binding?.data ?? failure('malformed-request', 'this type of channel binding is not on offer');
    }
    // Somebody has taken them off the list on its way.
    const isCheated = flag === 'y' && offer !== undefined && offer.bindings.length > 0;
    return isCheated ? failure('mechanism-too-weak', 'mechanisms with -PLUS are on offer') : new Uint8Array();
  }

  #final(data: string, keys: ScramKeys): SaslStep {
    const fields = CLIENT_FINAL.exec(data);
    if (!fields) return failure('malformed-request');
    const [, binding = '', nonce = '', extensions = '', proof = ''] = fields;
    if (nonce !== this.#nonce) return WRONG;
    if (binding !== this.#channel) return WRONG;
    const withoutProof = `c=${binding},r=${nonce}${extensions}`;
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    if (!this.#isProof(Buffer.from(proof, 'base64'), keys, authMessage) || !this.#exists) return WRONG;
    if (this.#isDisabled) return failure('account-disabled');
    const signature = this.#hmac(keys.serverKey, authMessage).toString('base64');
    return { step: 'success', username: this.#username, authzid: this.#authzid, data: `v=${signature}` };
  }

  /** Lets the client see whether somebody has taken mechanisms off the list on its way. @spec XEP-0474 §6.1 */
  #hashOfOffer(): string {
    const { hash, offer } = this.#options;
    if (!offer) return '';
    const lists = [offer.mechanisms, announcedTypes(offer.bindings)].filter((list) => list.length > 0);
    const text = lists.map((list) => list.toSorted().join('\x1e')).join('\x1f');
    return `,h=${createHash(HASHES[hash].digest).update(text).digest('base64')}`;
  }

  /** The proof is right when it hides a key whose hash is the stored one. @spec RFC 5802 §3 */
  #isProof(proof: Uint8Array, keys: ScramKeys, authMessage: string): boolean {
    const signature = this.#hmac(keys.storedKey, authMessage);
    if (proof.length !== signature.length) return false;
    const clientKey = signature.map((byte, index) => byte ^ (proof[index] ?? 0));
    const storedKey = createHash(HASHES[this.#options.hash].digest).update(clientKey).digest();
    return timingSafeEqual(storedKey, keys.storedKey);
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(HASHES[this.#options.hash].digest, key).update(text).digest();
  }
}

/** `=2C` and `=3D` stand for comma and equals sign; any other equals sign is a fault. */
function saslName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
