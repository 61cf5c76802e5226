import { identify } from '../../core/accounts.ts';
import type { HostContext, IqRequest } from '../../core/module.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_REGISTER } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { readFilledIn, type FilledIn } from './form.ts';
import { asRefusal, checkPassword, type PasswordRules } from './password.ts';

export interface OwnAccountRules extends PasswordRules {
  /** Passwords may be sent where others could read along. */
  readonly allowsReading: boolean;
}

/** What those who have logged in do with their own account. @spec XEP-0077 §3.2 §3.3 */
export class OwnAccount {
  readonly #host: HostContext;
  readonly #rules: OwnAccountRules;

  constructor(host: HostContext, rules: OwnAccountRules) {
    this.#host = host;
    this.#rules = rules;
  }

  /** @spec XEP-0077 §3.1 */
  get(request: IqRequest): Element {
    const account = this.#accountOf(request, 'service-unavailable');
    const { keepsPasswords } = this.#host.accounts;
    const choices = keepsPasswords ? 'change your password, or remove the account' : 'remove the account';
    return xml(
      'query',
      { xmlns: NS_REGISTER },
      xml('registered'),
      xml('instructions', {}, `You can ${choices}.`),
      xml('username', {}, account.local ?? ''),
      ...(keepsPasswords ? [xml('password')] : []),
    );
  }

  set(request: IqRequest): Promise<undefined> {
    const { payload } = request;
    const isRemoval = payload.child('remove', NS_REGISTER) !== undefined;
    const account = this.#accountOf(request, isRemoval ? 'registration-required' : 'unexpected-request');
    if (isRemoval) return this.#remove(account, payload);
    if (!this.#host.accounts.keepsPasswords) throw new StanzaError('not-allowed', 'passwords are not kept here');
    if (!this.#isConfidential(request)) throw new StanzaError('not-authorized', 'others could read the password');
    return this.#changePassword(account, readFilledIn(payload));
  }

  /** The answer first: then all the sessions of the account end. @spec XEP-0077 §3.2 */
  async #remove(account: Jid, payload: Element): Promise<undefined> {
    if (payload.getChildElements().length > 1) throw new StanzaError('bad-request', 'removal goes alone');
    this.#host.log.info('account.unregistered', { account: account.toString() });
    this.#host.clock.afterTurn(() => {
      this.#host.background(async () => void (await this.#host.removeAccount(account)));
    });
    return undefined;
  }

  /** @spec XEP-0077 §3.3 */
  async #changePassword(account: Jid, { username, password, oldPassword }: FilledIn): Promise<undefined> {
    if (username === undefined || password === undefined) {
      throw new StanzaError('bad-request', 'a username and a new password are needed');
    }
    if (!this.#isName(username, account)) throw new StanzaError('not-allowed', 'this is not your account');
    checkPassword(password, this.#rules);
    const { accounts } = this.#host;
    if (oldPassword !== undefined && !(await accounts.verify(account, oldPassword))) {
      throw new StanzaError('not-authorized', 'the old password is wrong');
    }
    await accounts.setPassword(account, password).catch(asRefusal);
    this.#host.log.info('account.password.changed', { account: account.toString() });
    return undefined;
  }

  /** A name, or the whole address, as in XEP-0077 example 24. */
  #isName(username: string, account: Jid): boolean {
    return username === account.toString() || (identify(username, this.#host.domain)?.equals(account) ?? false);
  }

  /** @throws StanzaError when the asker has no account here, or asks about another */
  #accountOf(
    { from, account, isOwn }: IqRequest,
    whenNone: 'service-unavailable' | 'registration-required' | 'unexpected-request',
  ): Jid {
    if (account && !isOwn) throw new StanzaError('service-unavailable');
    if (from.domain !== this.#host.domain || from.local === undefined) throw new StanzaError(whenNone);
    return from.bare;
  }

  /** @spec XEP-0077 §3.3 §11 */
  #isConfidential({ session }: IqRequest): boolean {
    const info = session?.transport.info;
    return info !== undefined && (info.secure || info.loopback || this.#rules.allowsReading);
  }
}
