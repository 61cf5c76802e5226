/** A floor as a program: its arguments are `http` or `koa`, and the port. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import Koa from 'koa';
import { Relay } from './relay.ts';

const KEEP_ALIVE_MS = 125_000;
const BACKLOG = 4096;
const TYPE = 'text/xml; charset=utf-8';

const [kind, port] = process.argv.slice(2);
const relay = new Relay();
const server = kind === 'koa' ? createServer(throughKoa()) : bare();
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen({ port: Number(port), host: '127.0.0.1', backlog: BACKLOG });
process.once('SIGTERM', () => process.exit());

function bare() {
  return createServer({ noDelay: true }, (request, response) => {
    read(request, (text) => {
      relay.receive(text, (body) => {
        response.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': Buffer.byteLength(body) });
        response.end(body);
      });
    });
  });
}

function throughKoa(): RequestListener {
  const app = new Koa();
  app.use(async (ctx) => {
    const text = await new Promise<string>((resolve) => read(ctx.req, resolve));
    const body = await new Promise<string>((resolve) => relay.receive(text, resolve));
    ctx.type = TYPE;
    ctx.body = body;
  });
  const handle = app.callback();
  return (request, response) => void handle(request, response);
}

function read(request: IncomingMessage, done: (text: string) => void): void {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => done(text));
}
