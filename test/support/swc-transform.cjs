// @swc/jest, told apart from its own additions: for every constructor parameter swc emits
// `typeof X === "undefined" ? Object : X`, a branch that no test of ours can take and that would count as missed.
const { createTransformer } = require('@swc/jest');

const METADATA = /typeof (\w+) === "undefined" \? Object : \1/g;

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const ignored = (result) => ({
      ...result,
      code: result.code.replace(METADATA, '/* istanbul ignore next */ $&'),
    });
    return {
      ...swc,
      canInstrument: false,
      process: (...args) => ignored(swc.process(...args)),
      processAsync: async (...args) => ignored(await swc.processAsync(...args)),
    };
  },
};
