import type { Check } from '../check.ts';
import { ACTIVITY_CHECKS } from './activity.ts';
import { CREATION_CHECKS } from './creation.ts';
import { END_CHECKS } from './ends.ts';
import { HTTP_CHECKS } from './http.ts';
import { RID_CHECKS } from './rids.ts';
import { SENDING_CHECKS } from './sending.ts';
import { WRAPPER_CHECKS } from './wrapper.ts';

/** Every check, in the order of the documents. */
export const CHECKS: readonly Check[] = [
  ...HTTP_CHECKS,
  ...WRAPPER_CHECKS,
  ...CREATION_CHECKS,
  ...SENDING_CHECKS,
  ...ACTIVITY_CHECKS,
  ...END_CHECKS,
  ...RID_CHECKS,
];

/** Every check of the WebSocket endpoint. */
export const WEBSOCKET_CHECKS: readonly Check[] = [];
