import { SOURCES, type Source } from '../../lib/conformance/catalogue.ts';
import { gapOf, isOurs, type Row } from './rows.ts';

const ROOT = '../../../';
const TITLES: Readonly<Record<Source, string>> = {
  'XEP-0124': 'XEP-0124: BOSH',
  'XEP-0206': 'XEP-0206: XMPP over BOSH',
  'XEP-0252': 'XEP-0252: BOSH script syntax',
  project: 'Rules of the project',
  'RFC 7395': 'RFC 7395: XMPP over WebSocket',
  'XEP-0025': 'XEP-0025: Jabber HTTP polling',
};

const MADE = '<!-- Made by "npm run trace" from lib/conformance/catalogue, comments in lib and titles in spec. -->';

const INDEX = `# Conformance

${MADE}

What the documents demand, row by row, with the code that implements each row and the specs that prove it. A spec proves
the rows whose ids its title begins with; code names a row in a comment. \`npm run trace\` joins the three, and \`npm run check\`
fails when a row that a server must obey has no spec, or one that it should obey has neither spec nor reason.

How other servers do is [on a page of its own](servers.md).

| document | rows | for servers | with a spec | without |
|---|---|---|---|---|
`;

/** `xep-0124.md` */
export function fileOf(source: Source): string {
  return `${source.toLowerCase().replace(' ', '-')}.md`;
}

/** The page that leads to all others. */
export function indexPage(rows: readonly Row[]): string {
  return INDEX + SOURCES.map((source) => summary(source, rows)).join('');
}

function summary(source: Source, rows: readonly Row[]): string {
  const all = rows.filter(({ requirement }) => requirement.document === source);
  const ours = all.filter(isOurs);
  const proved = ours.filter(({ specs }) => specs.length > 0).length;
  const link = `[${TITLES[source]}](${fileOf(source)})`;
  return `| ${link} | ${all.length} | ${ours.length} | ${proved} | ${ours.length - proved} |\n`;
}

/** The page of one document: a table for each of its sections. */
export function page(source: Source, rows: readonly Row[]): string {
  const sections = new Map<string, Row[]>();
  for (const row of rows.filter(({ requirement }) => requirement.document === source)) {
    const section = sectionOf(row);
    sections.set(section, [...(sections.get(section) ?? []), row]);
  }
  const tables = [...sections].map(([section, members]) => table(section, members));
  return [`# ${TITLES[source]}`, '', MADE, '', ...tables].join('\n');
}

/** `14.2` of `XEP-0124 §14.2`, `14.2, 19.3` or the like; rules without a section stand under `Rules`. */
function sectionOf({ requirement: { section, id } }: Row): string {
  if (!section.includes('§')) return 'Rules';
  return `§${/^[A-Z]+-([\d.]+)-/.exec(id)?.[1] ?? ''}`;
}

function table(section: string, rows: readonly Row[]): string {
  const head = ['| row | level | who | what | code | specs |', '|---|---|---|---|---|---|'];
  return [`## ${section}`, '', ...head, ...rows.map(line), ''].join('\n');
}

function line(row: Row): string {
  const { id, level, actor, text } = row.requirement;
  const specs = row.specs.length > 0 ? row.specs.map(link).join(', ') : absence(row);
  const cells = [id, level, actor, text.replace(/'([^']*)'/g, '`$1`'), row.code.map(link).join(', '), specs];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function absence(row: Row): string {
  if (row.reason !== undefined) return `none: ${row.reason}`;
  return gapOf(row) === undefined ? '' : '**none yet**';
}

/** `lib/bosh/session.ts` is shown as `session`. */
function link(file: string): string {
  const name = file.replace(/^.*\//, '').replace(/(?:\.spec)?\.ts$/, '');
  return `[${name}](${ROOT}${file})`;
}
