/** One request. Text is ASCII. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Beside those that browsers add; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is told about its response. */
export interface HttpListener {
  head?(status: number, header: (name: string) => string | undefined): void;
  /** A piece of the body; one character for each byte. */
  data(text: string): void;
  end(): void;
  /** There is no response, or no end of it. */
  failed(reason: string): void;
}

/** Sends requests to one server. */
export interface HttpClient {
  /** Requests so far. */
  readonly requests: number;
  /** Bytes of their bodies, and of the bodies of their responses. */
  readonly bodyUp: number;
  readonly bodyDown: number;
  /** Returns what abandons it: nothing is told any more. */
  send(request: HttpRequest, listener: HttpListener): () => void;
  close(): void;
}

/** What a browser (Chromium 140) adds to requests of a page, which is most of their bytes. */
export const BROWSER_HEADERS: Readonly<Record<string, string>> = {
  'sec-ch-ua-platform': '"Linux"',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?0',
  accept: '*/*',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
  // Browsers name codings here. Nothing is to be packed, so that all transports carry the same.
  'accept-encoding': 'identity',
  'accept-language': 'en-US,en;q=0.9',
};
