import type { Duration } from '../../base/time.ts';
import { Counter } from '../../core/auth-limiter.ts';
import { identify } from '../../core/accounts.ts';
import type { Invitation } from '../../core/invitations.ts';
import { StateKey } from '../../core/keys.ts';
import type { HostContext } from '../../core/module.ts';
import type { Newcomer, NewcomerRequest, Newcomers } from '../../core/newcomers.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_IBR_TOKEN, NS_PREAUTH, NS_REGISTER, NS_REGISTER_FEATURE } from '../../xmpp/ns.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { befriend } from './befriend.ts';
import { invitedQuery, readFilledIn, registrationQuery, type FilledIn } from './form.ts';
import { asRefusal, checkPassword, type PasswordRules } from './password.ts';

export interface ReceptionOptions extends PasswordRules {
  /** Attempts from one address within the window. */
  readonly maxAttempts: number;
  readonly window: Duration;
  /** Time that a person has for the form. */
  readonly patience: Duration;
  /** Names that nobody gets here, in lower case. */
  readonly reservedNames: readonly string[];
}

interface Progress {
  /** The invitation that the client has shown. */
  invitation: Invitation | undefined;
  hasRegistered: boolean;
}

const PROGRESS = new StateKey<Progress>('registration', () => ({ invitation: undefined, hasRegistered: false }));

/** Lets people without an account have one, before they log in. @spec XEP-0077 §3.1.1 @spec XEP-0445 §4 */
export class Reception implements Newcomers {
  readonly patience: Duration;
  readonly #host: HostContext;
  readonly #options: ReceptionOptions;
  readonly #attempts: Counter;
  readonly #reserved: ReadonlySet<string>;

  constructor(host: HostContext, options: ReceptionOptions) {
    this.#host = host;
    this.#options = options;
    this.patience = options.patience;
    this.#attempts = new Counter(host.clock, options.window);
    this.#reserved = new Set(options.reservedNames);
  }

  /** None where others could read the password. @spec XEP-0077 §8 §11 @spec XEP-0445 §3 */
  features({ isConfidential }: Newcomer): readonly Element[] {
    if (!isConfidential) return [];
    return [xml('register', { xmlns: NS_IBR_TOKEN }), xml('register', { xmlns: NS_REGISTER_FEATURE })];
  }

  takes(payload: Element, { isConfidential }: Newcomer): boolean {
    return isConfidential && (isQuery(payload) || isPreauth(payload));
  }

  answer({ type, payload, newcomer }: NewcomerRequest): Promise<undefined> | Element {
    if (isPreauth(payload)) return this.#show(payload.attrs['token'] ?? '', newcomer);
    if (type === 'get') return this.#form(newcomer);
    if (payload.child('remove', NS_REGISTER)) throw new StanzaError('unexpected-request', 'you have not logged in');
    return this.#register(readFilledIn(payload), newcomer);
  }

  /** The client shows its invitation. @spec XEP-0445 §4 */
  async #show(token: string, newcomer: Newcomer): Promise<undefined> {
    newcomer.state(PROGRESS).invitation = await this.#check(token);
    return undefined;
  }

  #form(newcomer: Newcomer): Element {
    const { invitation } = newcomer.state(PROGRESS);
    if (!invitation && this.#isByInvitation) return invitedQuery();
    return registrationQuery(invitation?.username);
  }

  async #register(filledIn: FilledIn, newcomer: Newcomer): Promise<undefined> {
    const progress = newcomer.state(PROGRESS);
    if (progress.hasRegistered) throw new StanzaError('not-acceptable', 'you have registered an account just now');
    this.#countAttempt(newcomer.address);
    const { token, username, password } = filledIn;
    const invitation = progress.invitation ?? (token === undefined ? undefined : await this.#check(token));
    if (!invitation && this.#isByInvitation) throw new StanzaError('not-acceptable', 'an invitation is needed here');
    if (username === undefined || password === undefined) {
      throw new StanzaError('not-acceptable', 'a username and a password are needed');
    }
    checkPassword(password, this.#options);
    const account = await this.#nameFor(username, invitation);
    await this.#create(account, password, invitation);
    progress.hasRegistered = true;
    this.#host.log.info('account.registered', { account: account.toString(), address: newcomer.address });
    if (invitation?.inviter !== undefined) await befriend(this.#host, invitation.inviter, account);
    return undefined;
  }

  async #create(account: Jid, password: string, invitation: Invitation | undefined): Promise<void> {
    const create = async (): Promise<boolean> => {
      if (await this.#host.accounts.create(account, password).catch(asRefusal)) return true;
      throw new StanzaError('conflict', 'somebody has this name');
    };
    if (!invitation) await create();
    else if (!(await this.#host.invitations.use(invitation.id, create))) throw unknownToken();
  }

  async #check(token: string): Promise<Invitation> {
    const invitation = await this.#host.invitations.find(token);
    if (!invitation?.registers) throw unknownToken();
    return invitation;
  }

  /** @spec XEP-0445 §5 */
  async #nameFor(username: string, invitation: Invitation | undefined): Promise<Jid> {
    const account = identify(username, this.#host.domain);
    if (account?.local === undefined) throw new StanzaError('not-acceptable', 'this cannot be a username');
    if (invitation?.username !== undefined && invitation.username !== account.local) {
      throw new StanzaError('not-acceptable', `the invitation is for ${invitation.username}`);
    }
    const isReserved = await this.#host.invitations.isReserved(account.local, invitation?.id);
    const isPromised = invitation?.username === account.local;
    if (isReserved || (this.#reserved.has(account.local) && !isPromised)) {
      throw new StanzaError('conflict', 'this name is reserved');
    }
    return account;
  }

  get #isByInvitation(): boolean {
    return this.#host.options.registration === 'invite';
  }

  #countAttempt(address: string): void {
    if (this.#attempts.count(address) >= this.#options.maxAttempts) {
      const minutes = Math.ceil(this.#attempts.remaining(address) / 60_000);
      throw new StanzaError('resource-constraint', `too many attempts from your address; try again in ${minutes} min`);
    }
    this.#attempts.add(address);
  }
}

function isQuery(payload: Element): boolean {
  return payload.getName() === 'query' && payload.getNS() === NS_REGISTER;
}

function isPreauth(payload: Element): boolean {
  return payload.getName() === 'preauth' && payload.getNS() === NS_PREAUTH;
}

function unknownToken(): StanzaError {
  return new StanzaError('item-not-found', 'the invitation is unknown, expired or used up');
}
