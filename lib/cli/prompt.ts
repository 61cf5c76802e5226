import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AdminError } from '../admin/target.ts';

/** Asks a question on the terminal; an empty answer is the default. */
export async function ask(question: string, fallback: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [${fallback}] `);
    return answer.trim() || fallback;
  } finally {
    terminal.close();
  }
}

/** Asks for a secret: nothing of it is shown. @throws AdminError when there is no terminal to ask on */
export async function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AdminError(`no ${question} was given, and there is no terminal to ask on; use --password-stdin`, 'usage');
  }
  process.stderr.write(`${question}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

/** One line from standard input. */
export async function readLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}
