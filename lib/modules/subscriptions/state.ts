import type { Subscription } from '../../storage/store.ts';

/** One of the nine states of a subscription, and whether a future request is approved already. */
export interface SubscriptionState {
  readonly subscription: Subscription;
  /** Pending out: our request waits for the contact's answer. */
  readonly ask: boolean;
  /** Pending in: the contact's request waits for ours. */
  readonly pendingIn: boolean;
  readonly approved: boolean;
}

export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

const TYPES: ReadonlySet<string> = new Set(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed']);

export function isSubscriptionType(type: string | undefined): type is SubscriptionType {
  return type !== undefined && TYPES.has(type);
}

/** What a subscription stanza comes to. */
export interface Outcome {
  readonly state: SubscriptionState;
  /** Whether the stanza goes on: to the contact (outbound) or to the user (inbound). */
  readonly passes: boolean;
  /** What the server answers on behalf of the user. */
  readonly reply?: 'subscribed' | 'unsubscribed';
}

export const NO_SUBSCRIPTION: SubscriptionState = {
  subscription: 'none',
  ask: false,
  pendingIn: false,
  approved: false,
};

export function isSame(one: SubscriptionState, other: SubscriptionState): boolean {
  return (
    one.subscription === other.subscription &&
    one.ask === other.ask &&
    one.pendingIn === other.pendingIn &&
    one.approved === other.approved
  );
}

/** We get the contact's presence. */
export function hasTo(subscription: Subscription): boolean {
  return subscription === 'to' || subscription === 'both';
}

/** The contact gets ours. */
export function hasFrom(subscription: Subscription): boolean {
  return subscription === 'from' || subscription === 'both';
}

/** A subscription stanza that the user sends to the contact. @spec RFC 6121 §A.2 */
export function outbound(state: SubscriptionState, type: SubscriptionType): Outcome {
  const { subscription, pendingIn } = state;
  switch (type) {
    case 'subscribe':
      return { state: hasTo(subscription) ? state : { ...state, ask: true }, passes: true };
    case 'unsubscribe':
      return { state: { ...state, subscription: withoutTo(subscription), ask: false }, passes: true };
    case 'subscribed':
      if (pendingIn) {
        return { state: { ...state, subscription: withFrom(subscription), pendingIn: false }, passes: true };
      }
      return { state: hasFrom(subscription) ? state : { ...state, approved: true }, passes: false };
    case 'unsubscribed':
      return {
        state: { ...state, subscription: withoutFrom(subscription), pendingIn: false, approved: false },
        passes: pendingIn || hasFrom(subscription),
      };
  }
}

/** A subscription stanza that the contact sends to the user. @spec RFC 6121 §A.3 */
export function inbound(state: SubscriptionState, type: SubscriptionType): Outcome {
  const { subscription, ask, pendingIn, approved } = state;
  switch (type) {
    case 'subscribe':
      if (hasFrom(subscription)) return { state, passes: false, reply: 'subscribed' };
      if (approved) {
        return { state: { ...state, subscription: withFrom(subscription) }, passes: false, reply: 'subscribed' };
      }
      return { state: { ...state, pendingIn: true }, passes: !pendingIn };
    case 'unsubscribe':
      if (!pendingIn && !hasFrom(subscription)) return { state, passes: false };
      return {
        state: { ...state, subscription: withoutFrom(subscription), pendingIn: false },
        passes: true,
        reply: 'unsubscribed',
      };
    case 'subscribed':
      return ask
        ? { state: { ...state, subscription: withTo(subscription), ask: false }, passes: true }
        : { state, passes: false };
    case 'unsubscribed':
      return {
        state: { ...state, subscription: withoutTo(subscription), ask: false },
        passes: ask || hasTo(subscription),
      };
  }
}

function withTo(subscription: Subscription): Subscription {
  return hasFrom(subscription) ? 'both' : 'to';
}

function withFrom(subscription: Subscription): Subscription {
  return hasTo(subscription) ? 'both' : 'from';
}

function withoutTo(subscription: Subscription): Subscription {
  return hasFrom(subscription) ? 'from' : 'none';
}

function withoutFrom(subscription: Subscription): Subscription {
  return hasTo(subscription) ? 'to' : 'none';
}
