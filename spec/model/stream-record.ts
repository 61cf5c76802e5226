/** What the judge saw of one stream. */
export class StreamRecord {
  /** Stanzas of the client that reached it. */
  readonly forwarded: string[] = [];
  /** Stanzas that it gave for the client. */
  readonly sent: string[] = [];
  #end: { readonly how: string; readonly undelivered: readonly string[] } | undefined;

  get end(): { readonly how: string; readonly undelivered: readonly string[] } | undefined {
    return this.#end;
  }

  /** @returns what is wrong */
  close(how: string, undelivered: readonly string[]): string | undefined {
    if (this.#end) return 'a second end';
    this.#end = { how, undelivered };
    return undefined;
  }

  /**
   * What reached it must be the end of what was said to it so far: nothing is left out, nothing comes
   * twice, but a stream that was added did not hear what was said before.
   *
   * @param said stanzas for this stream, in order
   * @param isFirst it was there from the beginning
   * @returns what is wrong
   */
  compare(said: readonly string[], isFirst: boolean): string | undefined {
    const { forwarded } = this;
    let start = isFirst ? 0 : said.length - forwarded.length;
    // After its end a stream hears no more.
    if (this.#end && !isFirst) start = forwarded.length === 0 ? 0 : said.indexOf(forwarded[0] ?? '');
    const due = said.slice(start, this.#end ? start + forwarded.length : undefined);
    return start < 0 ? `processed ${forwarded.join(' ')}, of ${said.join(' ')}` : differ('processed', forwarded, due);
  }

  /**
   * The end of a client that did nothing wrong: what it did not read was said to be undelivered.
   *
   * @param read stanzas of this stream that the client has read, in order
   * @returns what is wrong
   */
  reckon(read: readonly string[]): string | undefined {
    const { sent } = this;
    if (!this.#end) return differ('read', read, sent);
    const { how, undelivered } = this.#end;
    const isLost = how !== 'graceful' && read.length + undelivered.length < sent.length;
    return (
      differ('read', read, sent.slice(0, read.length)) ??
      differ('undelivered', undelivered, sent.slice(sent.length - undelivered.length)) ??
      (isLost ? 'stanzas are lost' : undefined)
    );
  }
}

function differ(what: string, actual: readonly string[], expected: readonly string[]): string | undefined {
  if (actual.length === expected.length && actual.every((id, index) => id === expected[index])) return undefined;
  return `${what}: ${actual.join(' ')}, should be ${expected.join(' ')}`;
}
