// Writes docs/reference/supported-xeps.md and docs/doap.xml from the modules' claims: npm run docs:supported
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { supported, type Supported } from '../lib/composition/supported.ts';
import { escapeText } from '../lib/xml/index.ts';

export const PAGE = fileURLToPath(new URL('../docs/reference/supported-xeps.md', import.meta.url));
export const DOAP = fileURLToPath(new URL('../docs/doap.xml', import.meta.url));

const INTRODUCTION = `# Supported documents

<!-- Made by "npm run docs:supported" from what the modules claim: change that, not this. -->

What Holdfast implements. "Complete" is all that a server has to do; what is left out of a partial one is in the last column.
\`holdfast about\` prints the same of the version that is installed; [doap.xml](../doap.xml) has it for programs.

| document | title | version | state | remarks |
|---|---|---|---|---|
`;

/** The whole page. */
export function supportedPage(): string {
  const rows = supported().map(({ document, title, url, version = '', status, notes }) => {
    const cells = [`[${document}](${url})`, title, version, status, notes.join('; ')];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  });
  return INTRODUCTION + rows.join('');
}

/** The description of a project, in the form that the lists of XMPP software read. */
export function doap(): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<!-- Made by "npm run docs:supported" from what the modules claim: change that, not this. -->
<rdf:RDF xmlns='http://usefulinc.com/ns/doap#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:xmpp='https://linkmauve.fr/ns/xmpp-doap#'>
  <Project>
    <name>Holdfast</name>
    <shortdesc xml:lang='en'>BOSH-first XMPP chat server</shortdesc>
    <programming-language>TypeScript</programming-language>
    <category rdf:resource='https://linkmauve.fr/ns/xmpp-doap#category-server'/>
${supported().map(implement).join('')}  </Project>
</rdf:RDF>
`;
}

function implement({ document, url, version, status, notes }: Supported): string {
  if (!document.startsWith('XEP-')) return `    <implements rdf:resource='${url}'/>\n`;
  const lines = [
    `<xmpp:xep rdf:resource='${url}'/>`,
    `<xmpp:status>${status}</xmpp:status>`,
    ...(version === undefined ? [] : [`<xmpp:version>${escapeText(version)}</xmpp:version>`]),
    ...(notes.length === 0 ? [] : [`<xmpp:note xml:lang='en'>${escapeText(notes.join('; '))}</xmpp:note>`]),
  ];
  const body = lines.map((line) => `        ${line}\n`).join('');
  return `    <implements>\n      <xmpp:SupportedXep>\n${body}      </xmpp:SupportedXep>\n    </implements>\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(PAGE, supportedPage());
  writeFileSync(DOAP, doap());
}
