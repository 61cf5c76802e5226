import { pino, type DestinationStream } from 'pino';
import type { LogFields, Logger } from '../base/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFormat = 'json' | 'text';

/** Fields with these names never come out, whoever passes them. H-12 */
const SECRETS = ['sid', 'rid', 'key', 'newkey', 'token', 'password', 'authid', 'nonce', 'proof'];

/** A logger that can say more or less while it runs. */
export interface LeveledLogger extends Logger {
  level: LogLevel;
}

/** Log lines through pino: JSON for machines, short lines for people. */
export function createLogger(level: LogLevel, format: LogFormat, destination?: DestinationStream): LeveledLogger {
  const options = {
    level,
    base: null,
    redact: { paths: SECRETS, censor: '[secret]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const out = destination ?? pino.destination({ dest: 1, sync: false });
  const logger = pino(options, format === 'json' ? out : asText(out));
  const write =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}): void => {
      const { error, ...others } = fields;
      logger[name]({ event, ...others, ...(error === undefined ? {} : { error: describe(error) }) });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    get level() {
      return level;
    },
    set level(changed) {
      level = changed;
      logger.level = changed;
    },
  };
}

function describe(error: unknown): unknown {
  return error instanceof Error ? { message: error.message, stack: error.stack } : error;
}

/** Turns each JSON line into `12:00:00 info  event key=value`. */
function asText(out: DestinationStream): DestinationStream {
  return {
    write(line: string): void {
      const { time, level, event, ...fields } = JSON.parse(line) as Record<string, unknown>; // pino wrote it
      const clock = String(time).slice(11, 19);
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${show(value)}`);
      out.write(`${clock} ${String(level).padEnd(5)} ${String(event)}${rest.join('')}\n`);
    },
  };
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) {
    const { message, stack } = value as { message: unknown; stack?: unknown }; // made by `describe`
    return stack === undefined ? String(message) : String(stack);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
