import type { Check } from '../check.ts';
import { ACTIVITY_CHECKS } from './activity.ts';
import { CONDITION_CHECKS } from './conditions.ts';
import { CREATION_REQUEST_CHECKS } from './creation-request.ts';
import { CREATION_RESPONSE_CHECKS } from './creation-response.ts';
import { END_CHECKS } from './ends.ts';
import { HTTP_CHECKS } from './http.ts';
import { KEY_CHECKS } from './keys.ts';
import { PROJECT_CHECKS } from './project.ts';
import { RID_CHECKS } from './rids.ts';
import { SCRIPT_CHECKS } from './script.ts';
import { SENDING_CHECKS } from './sending.ts';
import { STREAM_CHECKS } from './streams.ts';
import { WEBSOCKET_FRAME_CHECKS } from './websocket-frames.ts';
import { WEBSOCKET_STREAM_CHECKS } from './websocket.ts';
import { WRAPPER_CHECKS } from './wrapper.ts';
import { XMPP_CHECKS } from './xmpp.ts';

/** Every check, in the order of the documents. */
export const CHECKS: readonly Check[] = [
  ...HTTP_CHECKS,
  ...WRAPPER_CHECKS,
  ...CREATION_REQUEST_CHECKS,
  ...CREATION_RESPONSE_CHECKS,
  ...SENDING_CHECKS,
  ...ACTIVITY_CHECKS,
  ...END_CHECKS,
  ...RID_CHECKS,
  ...KEY_CHECKS,
  ...STREAM_CHECKS,
  ...CONDITION_CHECKS,
  ...XMPP_CHECKS,
  ...SCRIPT_CHECKS,
  ...PROJECT_CHECKS,
];

/** Every check of the WebSocket endpoint. */
export const WEBSOCKET_CHECKS: readonly Check[] = [...WEBSOCKET_STREAM_CHECKS, ...WEBSOCKET_FRAME_CHECKS];
