import { supported, type Supported } from '../composition/supported.ts';
import { SOFTWARE } from '../software.ts';

interface About {
  readonly name: string;
  readonly version: string;
  readonly documents: readonly Supported[];
}

/** What is installed, and what it implements. */
export function about(): About {
  return { ...SOFTWARE, documents: supported() };
}

export function renderAbout({ name, version, documents }: About): string {
  const width = Math.max(...documents.map(({ title }) => title.length));
  const lines = documents.map((each) =>
    [each.document, each.title.padEnd(width), (each.version ?? '').padEnd(7), each.status, ...each.notes.slice(0, 1)]
      .join('  ')
      .trimEnd(),
  );
  return [`${name} ${version}`, '', ...lines].join('\n');
}
