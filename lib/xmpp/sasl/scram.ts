import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { EMPTY_CHALLENGE, failure, refused, type Mechanism, type SaslAnswer, type SaslStep } from './mechanism.ts';
import { HASHES, type ScramHash, type ScramKeys } from './scram-keys.ts';

const GS2_HEADER = /^(?:([ny])|p=[A-Za-z0-9.-]+),(?:a=([^,]*))?,/;
const CLIENT_FIRST_BARE = /^n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,|$)/;
const CLIENT_FINAL = /^c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)((?:,[^,]*)*),p=([A-Za-z0-9+/=]+)$/;

/** A wrong name and a wrong password look the same. */
const WRONG = failure('not-authorized');

/**
 * The server's side of SCRAM, without channel binding: the password never leaves the client, and
 * each side proves to the other that it knows it.
 *
 * @spec RFC 5802 §5
 * @spec RFC 7677 §3
 */
export class Scram implements Mechanism {
  readonly encoding = 'utf8';
  readonly #hash: ScramHash;
  readonly #serverNonce: string;
  readonly #offered: readonly string[] | undefined;
  #username = '';
  #authzid = '';
  #gs2Header = '';
  #clientFirstBare = '';
  #serverFirst = '';
  #nonce = '';
  #keys: ScramKeys | undefined;
  #exists = false;

  /**
   * @param nonce unpredictable, without commas
   * @param offered the mechanisms that the client was offered, so that it can check them
   */
  constructor(hash: ScramHash, nonce: string, offered?: readonly string[]) {
    this.#hash = hash;
    this.#offered = offered;
    this.#serverNonce = nonce;
  }

  respond(data: string | undefined): SaslStep {
    if (data === undefined) return EMPTY_CHALLENGE;
    return this.#keys ? this.#final(data, this.#keys) : this.#first(data);
  }

  answer(answer: SaslAnswer): SaslStep {
    if (answer.about !== 'scram') return refused(answer);
    this.#keys = answer.keys;
    this.#exists = answer.exists;
    const salt = Buffer.from(answer.keys.salt).toString('base64');
    this.#serverFirst = `r=${this.#nonce},s=${salt},i=${answer.keys.iterations}${this.#hashOfOffer()}`;
    return { step: 'challenge', data: this.#serverFirst };
  }

  /** @spec RFC 5802 §7 */
  #first(data: string): SaslStep {
    const header = GS2_HEADER.exec(data);
    if (!header) return failure('malformed-request');
    if (header[1] === undefined) return failure('malformed-request', 'channel binding is not on offer here');
    const bare = data.slice(header[0].length);
    const fields = CLIENT_FIRST_BARE.exec(bare);
    const username = fields ? saslName(fields[1] ?? '') : undefined;
    const authzid = saslName(header[2] ?? '');
    if (!fields || !username || authzid === undefined) return failure('malformed-request');
    this.#gs2Header = header[0];
    this.#clientFirstBare = bare;
    this.#username = username;
    this.#authzid = authzid;
    this.#nonce = `${fields[2]}${this.#serverNonce}`;
    return { step: 'ask', ask: { about: 'scram', username, hash: this.#hash } };
  }

  #final(data: string, keys: ScramKeys): SaslStep {
    const fields = CLIENT_FINAL.exec(data);
    if (!fields) return failure('malformed-request');
    const [, binding = '', nonce = '', extensions = '', proof = ''] = fields;
    if (nonce !== this.#nonce) return WRONG;
    if (Buffer.from(binding, 'base64').toString() !== this.#gs2Header) return WRONG;
    const withoutProof = `c=${binding},r=${nonce}${extensions}`;
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    if (!this.#isProof(Buffer.from(proof, 'base64'), keys, authMessage) || !this.#exists) return WRONG;
    const signature = this.#hmac(keys.serverKey, authMessage).toString('base64');
    return { step: 'success', username: this.#username, authzid: this.#authzid, data: `v=${signature}` };
  }

  /** Lets the client see whether somebody has taken mechanisms off the list on its way. @spec XEP-0474 §6.1 */
  #hashOfOffer(): string {
    if (!this.#offered) return '';
    const offer = this.#offered.toSorted().join('\x1e');
    return `,h=${createHash(HASHES[this.#hash].digest).update(offer).digest('base64')}`;
  }

  /** The proof is right when it hides a key whose hash is the stored one. @spec RFC 5802 §3 */
  #isProof(proof: Uint8Array, keys: ScramKeys, authMessage: string): boolean {
    const signature = this.#hmac(keys.storedKey, authMessage);
    if (proof.length !== signature.length) return false;
    const clientKey = signature.map((byte, index) => byte ^ (proof[index] ?? 0));
    const storedKey = createHash(HASHES[this.#hash].digest).update(clientKey).digest();
    return timingSafeEqual(storedKey, keys.storedKey);
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(HASHES[this.#hash].digest, key).update(text).digest();
  }
}

/** `=2C` and `=3D` stand for comma and equals sign; any other equals sign is a fault. */
function saslName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
