import Koa from 'koa';
import Router from 'koa-router';
import type { Logger } from '../base/log.ts';
import { chat, findConverse, type ChatFacts } from './routes/chat.ts';
import { httpBind, type HttpBindOptions } from './routes/http-bind.ts';
import { live, ready, type Unready } from './routes/health.ts';
import { frameSessions, probePath, type FrameSessionsRoute } from './routes/frame-sessions.ts';
import { httpPoll, type HttpPollOptions } from './routes/http-poll.ts';
import { home, type HomeFacts } from './routes/home.ts';
import { hostMeta, type HostMetaOptions } from './routes/host-meta.ts';
import { lab, type LabFacts } from './routes/lab.ts';
import { invite, type InviteFacts } from './routes/invite.ts';
import { metricsPage, type MetricsOptions } from './routes/metrics.ts';
import { prebind, type PrebindOptions } from './routes/prebind.ts';
import { probe } from './routes/probe.ts';
import { upload, type UploadRouteOptions } from './routes/upload.ts';
import { webSocketPage } from './routes/websocket-page.ts';

export interface AppOptions {
  readonly log: Logger;
  readonly bosh: HttpBindOptions;
  readonly frameSessions: FrameSessionsRoute;
  readonly httpPoll: HttpPollOptions;
  readonly webSocketPaths: readonly string[];
  readonly hostMeta: HostMetaOptions;
  /** Undefined when the page is switched off. */
  readonly home: HomeFacts | undefined;
  /** Undefined when the page is switched off. */
  readonly chat: ChatFacts | undefined;
  /** Undefined when the page is switched off. */
  readonly invite: InviteFacts | undefined;
  /** Undefined when the page is switched off. */
  readonly lab: LabFacts | undefined;
  /** Undefined for no uploads. */
  readonly upload: UploadRouteOptions | undefined;
  /** Undefined when sessions are opened by their clients only. */
  readonly prebind: (PrebindOptions & { readonly path: string }) | undefined;
  readonly unready: Unready;
  readonly metrics: MetricsOptions;
}

/** Transport endpoints come first and by exact path; everything for people and operators after them. */
export function createApp(options: AppOptions): Koa {
  const app = new Koa();
  app.on('error', (error: Error) => options.log.error('http.request.failed', { error }));
  app.use(httpBind(options.bosh));
  app.use(frameSessions(options.frameSessions));
  app.use(probe({ path: probePath(options.frameSessions.path), cors: options.frameSessions.cors }));
  app.use(httpPoll(options.httpPoll));
  if (options.upload) app.use(upload(options.upload));
  const router = new Router();
  if (options.home) router.get('/', home(options.home));
  if (options.prebind) router.post(options.prebind.path, prebind(options.prebind));
  if (options.chat) chat(router, options.chat, findConverse());
  if (options.invite) invite(router, options.invite);
  if (options.lab) lab(router, options.lab);
  router.get('/health/live', live);
  router.get('/health/ready', ready(options.unready));
  router.get('/metrics', metricsPage(options.metrics));
  const { xrd, jrd } = hostMeta(options.hostMeta);
  router.get('/.well-known/host-meta', xrd);
  router.get('/.well-known/host-meta.json', jrd);
  for (const path of options.webSocketPaths) router.get(path, webSocketPage);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}
