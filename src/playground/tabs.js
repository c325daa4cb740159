/**
 * The ready tabs, in the order to run them. `{{name}}` stands for a value that an earlier tab's answer gave (values.js);
 * anybody may write a value there instead. A tab is called after its operation.
 */
const as = (who) => JSON.stringify({ Authorization: `Bearer {{${who}.token}}` }, null, 2);
const json = (value) => JSON.stringify(value, null, 2);
const problem = '... on Problem { code message }';

export const tabs = [
  {
    query: `# Parlance, step by step:
# run the tabs from left to right.
#
# {{…}} in Variables and Headers is filled in from
# the answers of the tabs before. Write your own
# values in its place whenever you like.
#
# 1. Two people ask for a code. In development
#    none is sent: the next tab shows them.
mutation S1_RequestCodes(
  $alice: String!
  $bob: String!
) {
  alice: requestOtp(phone: $alice) {
    __typename
    ... on OtpSent { expiresAt }
    ${problem}
  }
  bob: requestOtp(phone: $bob) {
    __typename
    ... on OtpSent { expiresAt }
    ${problem}
  }
}`,
    variables: json({ alice: '+447400123456', bob: '+447400654321' }),
  },
  {
    query: `# 2. The outbox: only in development,
#    only on this machine.
query S2_ReadCodes(
  $alice: String!
  $bob: String!
) {
  alice: devOutbox(phone: $alice) { code body at }
  bob: devOutbox(phone: $bob) { code body at }
}`,
    variables: json({ alice: '{{alice.phone}}', bob: '{{bob.phone}}' }),
  },
  {
    query: `# 3. The codes register two accounts,
#    each on a device of its own.
mutation S3_SignIn(
  $alice: String!
  $aliceCode: String!
  $bob: String!
  $bobCode: String!
  $device: DeviceInput!
) {
  alice: submitOtp(
    phone: $alice
    code: $aliceCode
    name: "Alice"
    device: $device
  ) { ...Session }
  bob: submitOtp(
    phone: $bob
    code: $bobCode
    name: "Bob"
    device: $device
  ) { ...Session }
}

fragment Session on SubmitOtpResult {
  __typename
  ... on SignedIn {
    newAccount
    account { id name }
    device { id }
    tokens { accessToken accessExpiresAt refreshToken }
  }
  ${problem}
}`,
    variables: json({
      alice: '{{alice.phone}}',
      aliceCode: '{{alice.code}}',
      bob: '{{bob.phone}}',
      bobCode: '{{bob.code}}',
      device: { name: 'Playground', platform: 'web' },
    }),
  },
  {
    query: `# 4. Alice opens a conversation with Bob.
#    See Headers: it is Alice's access token.
mutation S4_StartConversation($with: ID!) {
  startConversation(with: $with) {
    __typename
    ... on ConversationStarted {
      created
      conversation { id members { edges { node { account { id name } } } } }
      readToken
    }
    ${problem}
  }
}`,
    variables: json({ with: '{{bob.account}}' }),
    headers: as('alice'),
  },
  {
    query: `# 5. Bob listens. Leave this running, open
#    /playground in a second browser tab, and
#    send from there: changing to another tab in
#    here would stop it. With a cursor of before as
#    $after, it replays what came since, then goes on.
subscription S5_Updates($after: Cursor) {
  updates(after: $after) {
    cursor
    update {
      __typename
      ... on MessageAdded {
        conversationId
        message {
          id seq authorId at
          content { ... on TextContent { text } }
        }
      }
      ... on ReceiptAdvanced {
        accountId deliveredUpTo readUpTo
      }
      ... on ConversationAdded { conversationId memberIds }
    }
  }
}`,
    variables: json({ after: null }),
    headers: as('bob'),
  },
  {
    query: `# 6. Alice writes. The same clientId again gives
#    the same answer, for ever; {{new}} is another
#    one each time.
mutation S6_SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    __typename
    ... on MessageSent { messageId seq at readToken }
    ${problem}
  }
}`,
    variables: json({ input: { conversationId: '{{conversation}}', clientId: '{{new}}', text: 'Hello, Bob!' } }),
    headers: as('alice'),
  },
  {
    query: `# 7. Bob has it, and has read it.
mutation S7_Acknowledge($input: AcknowledgeInput!) {
  acknowledge(input: $input) {
    __typename
    ... on Acknowledged { deliveredUpTo readUpTo }
    ${problem}
  }
}`,
    variables: json({ input: { conversationId: '{{conversation}}', deliveredUpTo: '{{seq}}', readUpTo: '{{seq}}' } }),
    headers: as('bob'),
  },
  {
    query: `# 8. Alice looks at the conversation:
#    her message's status is READ now.
query S8_History($id: ID!) {
  conversation(id: $id) {
    unreadCount
    watermarks { accountId deliveredUpTo readUpTo }
    messages(last: 20) {
      edges {
        node {
          seq at status
          author { name }
          content { ... on TextContent { text } }
        }
      }
      pageInfo { hasPreviousPage startCursor }
    }
  }
}`,
    variables: json({ id: '{{conversation}}' }),
    headers: as('alice'),
  },
];
