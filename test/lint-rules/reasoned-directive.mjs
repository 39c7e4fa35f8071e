const SILENCES = /^\s*eslint-disable/;
const REASON = /\s--\s+\S.{9,}/s;

/** ESLint rule: a check is only silenced with the reason beside it, as `eslint-disable-next-line rule -- why it is right here`. */
export const reasonedDirective = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { reason: 'say why the rule does not hold here: `eslint-disable-next-line rule -- reason`' },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (SILENCES.test(comment.value) && !REASON.test(comment.value)) {
            context.report({ loc: comment.loc, messageId: 'reason' });
          }
        }
      },
    };
  },
};
