/**
 * The examples of XEP-0124, without their HTTP heads.
 *
 * XEP-0124 is copyright (c) 1999 - 2024 by the XMPP Standards Foundation (XSF).
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this specification (the
 * "Specification"), to make use of the Specification without restriction, including without limitation the
 * rights to implement the Specification in a software program, deploy the Specification in a network service,
 * and copy, modify, merge, publish, translate, distribute, sublicense, or sell copies of the Specification,
 * and to permit persons to whom the Specification is furnished to do so, subject to the condition that the
 * foregoing copyright notice and this permission notice shall be included in all copies or substantial
 * portions of the Specification. The Specification is provided on an "AS IS" BASIS, without warranties or
 * conditions of any kind.
 */
export const EXAMPLES: Readonly<Record<number, string>> = {
  /** Requesting a BOSH session */
  1: `<body content='text/xml; charset=utf-8'
      from='user@example.com'
      hold='1'
      rid='1573741820'
      to='example.com'
      route='xmpp:example.com:9999'
      ver='1.6'
      wait='60'
      ack='1'
      xml:lang='en'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Session creation response */
  2: `<body wait='60'
      inactivity='30'
      polling='5'
      requests='2'
      hold='1'
      ack='1573741820'
      accept='deflate,gzip'
      maxpause='120'
      sid='SomeSID'
      charsets='ISO_8859-1 ISO-2022-JP'
      ver='1.6'
      from='example.com'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Subsequent response with 'from' attribute */
  3: `<body from='example.com'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Transmitting payloads */
  4: `<body rid='1249243562'
      sid='SomeSID'
      xmlns='http://jabber.org/protocol/httpbind'>
  <message to='contact@example.com'
           xmlns='jabber:client'>
    <body>Good morning!</body>
  </message>
  <message to='friend@example.com'
           xmlns='jabber:client'>
    <body>Hey, what&apos;s up?</body>
  </message>
</body>`,
  /** Empty response */
  5: `<body xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Response with queued stanza */
  6: `<body xmlns='http://jabber.org/protocol/httpbind'
      xmlns:json='http://json.org/'>
  <message from='contact@example.com'
           to='user@example.com'
           xmlns='jabber:client'>
    <body>Good morning to you!</body>
  </message>
  <message from='friend@example.com'
           to='user@example.com'
           xmlns='jabber:client'>
    <body>Not much, how about with you?</body>
  </message>
  <json:json>
  [
    {
      "precision": "zip",
      "Latitude":  37.7668,
      "Longitude": -122.3959,
      "Address":   "",
      "City":      "SAN FRANCISCO",
      "State":     "CA",
      "Zip":       "94107",
      "Country":   "US"
    },
    {
      "precision": "zip",
      "Latitude":  37.371991,
      "Longitude": -122.026020,
      "Address":   "",
      "City":      "SUNNYVALE",
      "State":     "CA",
      "Zip":       "94085",
      "Country":   "US"
    }
  ]
  </json:json>
</body>`,
  /** Requesting XML Payloads */
  7: `<body rid='1249243563'
      sid='SomeSID'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Response with request acknowledgement */
  8: `<body ack='1249243564'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Request with response acknowledgement */
  9: `<body rid='1249243566'
      sid='SomeSID'
      ack='1249243564'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Response with report */
  10: `<body report='1249243565'
      time='852'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Requesting a Session Pause */
  11: `<body rid='1249243564'
      sid='SomeSID'
      pause='60'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Too many simultaneous requests response */
  12: `<body type='terminate'
      condition='policy-violation'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Too frequent requests response */
  13: `<body type='terminate'
      condition='policy-violation'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Too frequent polling response */
  14: `<body type='terminate'
      condition='policy-violation'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Session termination by client */
  15: `<body rid='1249243565'
      sid='SomeSID'
      type='terminate'
      xmlns='http://jabber.org/protocol/httpbind'>
  <presence type='unavailable'
            xmlns='jabber:client'/>
</body>`,
  /** Connection manager acknowledges termination */
  16: `<body type='terminate'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Unexpected rid error */
  17: `<body type='terminate'
      condition='item-not-found'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Response not in buffer error */
  18: `<body type='terminate'
      condition='item-not-found'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Creating the key sequence */
  19: `        K(1) = hex(SHA-1(seed))
        K(2) = hex(SHA-1(K(1)))
        ...
        K(n) = hex(SHA-1(K(n-1)))`,
  /** Session Request with Initial Key */
  20: `<body content='text/xml; charset=utf-8'
      hold='1'
      rid='1573741820'
      to='example.com'
      wait='60'
      xml:lang='en'
      newkey='ca393b51b682f61f98e7877d61146407f3d0a770'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Request with Key */
  21: `<body rid='1573741821'
      sid='SomeSID'
      key='bfb06a6f113cd6fd3838ab9d300fdb4fe3da2f7d'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Invalid Key Sequence Error */
  22: `<body type='terminate'
      condition='item-not-found'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** New Key Sequence */
  23: `<body rid='1573741822'
      sid='SomeSID'
      key='6f825e81f4532b2c5fa2d12457d8a1f22e8f838e'
      newkey='113f58a37245ec9637266cf2fb6e48bfeaf7964e'
      xmlns='http://jabber.org/protocol/httpbind'>
  <message to='contact@example.com'
           xmlns='jabber:client'>
    <body>I said "Hi!"</body>
  </message>
</body>`,
  /** Session creation response with stream name */
  24: `<body wait='60'
      inactivity='30'
      polling='5'
      requests='2'
      hold='1'
      accept='deflate,gzip'
      stream='firstStreamName'
      maxpause='120'
      sid='SomeSID'
      charsets='ISO_8859-1 ISO-2022-JP'
      ver='1.6'
      from='example.com'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Requesting another stream */
  25: `<body sid='SomeSID'
      rid='1573741820'
      to='example.com'
      route='xmpp:example.com:9999'
      xml:lang='en'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Add stream response */
  26: `<body stream='secondStreamName'
      from='example.com'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Client sends payload with a stream name */
  27: `<body rid='1249243562'
      sid='SomeSID'
      stream='secondStreamName'
      xmlns='http://jabber.org/protocol/httpbind'>
  <message to='contact@example.com'
           xmlns='jabber:client'>
    <body>I said hello.</body>
  </message>
</body>`,
  /** Connection manager responds with a different stream name */
  28: `<body stream='firstStreamName'
      xmlns='http://jabber.org/protocol/httpbind'>
  <message from='contact@example.com'
           to='user@example.com'
           xmlns='jabber:client'>
    <body>Hi yourself!</body>
  </message>
</body>`,
  /** Client asks for a payload to be broadcast */
  29: `<body rid='1249243562'
      sid='SomeSID'
      xmlns='http://jabber.org/protocol/httpbind'>
  <presence xmlns='jabber:client'>
    <show>away</show>
  </presence>
</body>`,
  /** Client closes one stream */
  30: `<body rid='1249243564'
      sid='SomeSID'
      stream='secondStreamName'
      type='terminate'
      xmlns='http://jabber.org/protocol/httpbind'>
  <presence type='unavailable'
            xmlns='jabber:client'/>
</body>`,
  /** Fatal stream error */
  31: `<body type='terminate'
      condition='remote-connection-failed'
      stream='secondStreamName'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** Remote connection failed error */
  32: `<body type='terminate'
      condition='remote-connection-failed'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
  /** See other URI error */
  33: `<body condition='see-other-uri'
      type='terminate'
      xmlns='http://jabber.org/protocol/httpbind'>
  <uri>https://secure.jabber.org/xmppcm</uri>
</body>`,
  /** Remote error */
  34: `<body condition='remote-stream-error'
      type='terminate'
      xmlns='http://jabber.org/protocol/httpbind'
      xmlns:stream='http://etherx.jabber.org/streams'>
  <message from='contact@example.com'
           to='user@example.com'
           xmlns='jabber:client'>
    <body>I said "Hi!"</body>
  </message>
  <stream:error>
    <xml-not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>
    <text xmlns='urn:ietf:params:xml:ns:xmpp-streams'
          xml:lang='en'>
      Some special application diagnostic information!
    </text>
    <escape-your-data xmlns='application-ns'/>
  </stream:error>
</body>`,
  /** Recoverable error */
  35: `<body type='error'
      xmlns='http://jabber.org/protocol/httpbind'/>`,
};
