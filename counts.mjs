import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key2 of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key2) && key2 !== except)
        __defProp(to, key2, { get: () => from[key2], enumerable: !(desc = __getOwnPropDesc(from, key2)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// ../../../work/main/node_modules/ajv/dist/compile/codegen/code.js
var require_code = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/codegen/code.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.regexpCode = exports.getEsmExportName = exports.getProperty = exports.safeStringify = exports.stringify = exports.strConcat = exports.addCodeArg = exports.str = exports._ = exports.nil = exports._Code = exports.Name = exports.IDENTIFIER = exports._CodeOrName = void 0;
    var _CodeOrName = class {
    };
    exports._CodeOrName = _CodeOrName;
    exports.IDENTIFIER = /^[a-z$_][a-z$_0-9]*$/i;
    var Name = class extends _CodeOrName {
      constructor(s) {
        super();
        if (!exports.IDENTIFIER.test(s))
          throw new Error("CodeGen: name must be a valid identifier");
        this.str = s;
      }
      toString() {
        return this.str;
      }
      emptyStr() {
        return false;
      }
      get names() {
        return { [this.str]: 1 };
      }
    };
    exports.Name = Name;
    var _Code = class extends _CodeOrName {
      constructor(code) {
        super();
        this._items = typeof code === "string" ? [code] : code;
      }
      toString() {
        return this.str;
      }
      emptyStr() {
        if (this._items.length > 1)
          return false;
        const item = this._items[0];
        return item === "" || item === '""';
      }
      get str() {
        var _a;
        return (_a = this._str) !== null && _a !== void 0 ? _a : this._str = this._items.reduce((s, c2) => `${s}${c2}`, "");
      }
      get names() {
        var _a;
        return (_a = this._names) !== null && _a !== void 0 ? _a : this._names = this._items.reduce((names, c2) => {
          if (c2 instanceof Name)
            names[c2.str] = (names[c2.str] || 0) + 1;
          return names;
        }, {});
      }
    };
    exports._Code = _Code;
    exports.nil = new _Code("");
    function _(strs, ...args) {
      const code = [strs[0]];
      let i = 0;
      while (i < args.length) {
        addCodeArg(code, args[i]);
        code.push(strs[++i]);
      }
      return new _Code(code);
    }
    exports._ = _;
    var plus = new _Code("+");
    function str(strs, ...args) {
      const expr = [safeStringify(strs[0])];
      let i = 0;
      while (i < args.length) {
        expr.push(plus);
        addCodeArg(expr, args[i]);
        expr.push(plus, safeStringify(strs[++i]));
      }
      optimize(expr);
      return new _Code(expr);
    }
    exports.str = str;
    function addCodeArg(code, arg) {
      if (arg instanceof _Code)
        code.push(...arg._items);
      else if (arg instanceof Name)
        code.push(arg);
      else
        code.push(interpolate(arg));
    }
    exports.addCodeArg = addCodeArg;
    function optimize(expr) {
      let i = 1;
      while (i < expr.length - 1) {
        if (expr[i] === plus) {
          const res = mergeExprItems(expr[i - 1], expr[i + 1]);
          if (res !== void 0) {
            expr.splice(i - 1, 3, res);
            continue;
          }
          expr[i++] = "+";
        }
        i++;
      }
    }
    function mergeExprItems(a, b) {
      if (b === '""')
        return a;
      if (a === '""')
        return b;
      if (typeof a == "string") {
        if (b instanceof Name || a[a.length - 1] !== '"')
          return;
        if (typeof b != "string")
          return `${a.slice(0, -1)}${b}"`;
        if (b[0] === '"')
          return a.slice(0, -1) + b.slice(1);
        return;
      }
      if (typeof b == "string" && b[0] === '"' && !(a instanceof Name))
        return `"${a}${b.slice(1)}`;
      return;
    }
    function strConcat(c1, c2) {
      return c2.emptyStr() ? c1 : c1.emptyStr() ? c2 : str`${c1}${c2}`;
    }
    exports.strConcat = strConcat;
    function interpolate(x) {
      return typeof x == "number" || typeof x == "boolean" || x === null ? x : safeStringify(Array.isArray(x) ? x.join(",") : x);
    }
    function stringify(x) {
      return new _Code(safeStringify(x));
    }
    exports.stringify = stringify;
    function safeStringify(x) {
      return JSON.stringify(x).replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
    }
    exports.safeStringify = safeStringify;
    function getProperty(key2) {
      return typeof key2 == "string" && exports.IDENTIFIER.test(key2) ? new _Code(`.${key2}`) : _`[${key2}]`;
    }
    exports.getProperty = getProperty;
    function getEsmExportName(key2) {
      if (typeof key2 == "string" && exports.IDENTIFIER.test(key2)) {
        return new _Code(`${key2}`);
      }
      throw new Error(`CodeGen: invalid export name: ${key2}, use explicit $id name mapping`);
    }
    exports.getEsmExportName = getEsmExportName;
    function regexpCode(rx) {
      return new _Code(rx.toString());
    }
    exports.regexpCode = regexpCode;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/codegen/scope.js
var require_scope = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/codegen/scope.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.ValueScope = exports.ValueScopeName = exports.Scope = exports.varKinds = exports.UsedValueState = void 0;
    var code_1 = require_code();
    var ValueError = class extends Error {
      constructor(name) {
        super(`CodeGen: "code" for ${name} not defined`);
        this.value = name.value;
      }
    };
    var UsedValueState;
    (function(UsedValueState2) {
      UsedValueState2[UsedValueState2["Started"] = 0] = "Started";
      UsedValueState2[UsedValueState2["Completed"] = 1] = "Completed";
    })(UsedValueState || (exports.UsedValueState = UsedValueState = {}));
    exports.varKinds = {
      const: new code_1.Name("const"),
      let: new code_1.Name("let"),
      var: new code_1.Name("var")
    };
    var Scope = class {
      constructor({ prefixes, parent } = {}) {
        this._names = {};
        this._prefixes = prefixes;
        this._parent = parent;
      }
      toName(nameOrPrefix) {
        return nameOrPrefix instanceof code_1.Name ? nameOrPrefix : this.name(nameOrPrefix);
      }
      name(prefix) {
        return new code_1.Name(this._newName(prefix));
      }
      _newName(prefix) {
        const ng = this._names[prefix] || this._nameGroup(prefix);
        return `${prefix}${ng.index++}`;
      }
      _nameGroup(prefix) {
        var _a, _b;
        if (((_b = (_a = this._parent) === null || _a === void 0 ? void 0 : _a._prefixes) === null || _b === void 0 ? void 0 : _b.has(prefix)) || this._prefixes && !this._prefixes.has(prefix)) {
          throw new Error(`CodeGen: prefix "${prefix}" is not allowed in this scope`);
        }
        return this._names[prefix] = { prefix, index: 0 };
      }
    };
    exports.Scope = Scope;
    var ValueScopeName = class extends code_1.Name {
      constructor(prefix, nameStr) {
        super(nameStr);
        this.prefix = prefix;
      }
      setValue(value, { property, itemIndex }) {
        this.value = value;
        this.scopePath = (0, code_1._)`.${new code_1.Name(property)}[${itemIndex}]`;
      }
    };
    exports.ValueScopeName = ValueScopeName;
    var line = (0, code_1._)`\n`;
    var ValueScope = class extends Scope {
      constructor(opts) {
        super(opts);
        this._values = {};
        this._scope = opts.scope;
        this.opts = { ...opts, _n: opts.lines ? line : code_1.nil };
      }
      get() {
        return this._scope;
      }
      name(prefix) {
        return new ValueScopeName(prefix, this._newName(prefix));
      }
      value(nameOrPrefix, value) {
        var _a;
        if (value.ref === void 0)
          throw new Error("CodeGen: ref must be passed in value");
        const name = this.toName(nameOrPrefix);
        const { prefix } = name;
        const valueKey = (_a = value.key) !== null && _a !== void 0 ? _a : value.ref;
        let vs = this._values[prefix];
        if (vs) {
          const _name = vs.get(valueKey);
          if (_name)
            return _name;
        } else {
          vs = this._values[prefix] = /* @__PURE__ */ new Map();
        }
        vs.set(valueKey, name);
        const s = this._scope[prefix] || (this._scope[prefix] = []);
        const itemIndex = s.length;
        s[itemIndex] = value.ref;
        name.setValue(value, { property: prefix, itemIndex });
        return name;
      }
      getValue(prefix, keyOrRef) {
        const vs = this._values[prefix];
        if (!vs)
          return;
        return vs.get(keyOrRef);
      }
      scopeRefs(scopeName, values = this._values) {
        return this._reduceValues(values, (name) => {
          if (name.scopePath === void 0)
            throw new Error(`CodeGen: name "${name}" has no value`);
          return (0, code_1._)`${scopeName}${name.scopePath}`;
        });
      }
      scopeCode(values = this._values, usedValues, getCode) {
        return this._reduceValues(values, (name) => {
          if (name.value === void 0)
            throw new Error(`CodeGen: name "${name}" has no value`);
          return name.value.code;
        }, usedValues, getCode);
      }
      _reduceValues(values, valueCode, usedValues = {}, getCode) {
        let code = code_1.nil;
        for (const prefix in values) {
          const vs = values[prefix];
          if (!vs)
            continue;
          const nameSet = usedValues[prefix] = usedValues[prefix] || /* @__PURE__ */ new Map();
          vs.forEach((name) => {
            if (nameSet.has(name))
              return;
            nameSet.set(name, UsedValueState.Started);
            let c2 = valueCode(name);
            if (c2) {
              const def = this.opts.es5 ? exports.varKinds.var : exports.varKinds.const;
              code = (0, code_1._)`${code}${def} ${name} = ${c2};${this.opts._n}`;
            } else if (c2 = getCode === null || getCode === void 0 ? void 0 : getCode(name)) {
              code = (0, code_1._)`${code}${c2}${this.opts._n}`;
            } else {
              throw new ValueError(name);
            }
            nameSet.set(name, UsedValueState.Completed);
          });
        }
        return code;
      }
    };
    exports.ValueScope = ValueScope;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/codegen/index.js
var require_codegen = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/codegen/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.or = exports.and = exports.not = exports.CodeGen = exports.operators = exports.varKinds = exports.ValueScopeName = exports.ValueScope = exports.Scope = exports.Name = exports.regexpCode = exports.stringify = exports.getProperty = exports.nil = exports.strConcat = exports.str = exports._ = void 0;
    var code_1 = require_code();
    var scope_1 = require_scope();
    var code_2 = require_code();
    Object.defineProperty(exports, "_", { enumerable: true, get: function() {
      return code_2._;
    } });
    Object.defineProperty(exports, "str", { enumerable: true, get: function() {
      return code_2.str;
    } });
    Object.defineProperty(exports, "strConcat", { enumerable: true, get: function() {
      return code_2.strConcat;
    } });
    Object.defineProperty(exports, "nil", { enumerable: true, get: function() {
      return code_2.nil;
    } });
    Object.defineProperty(exports, "getProperty", { enumerable: true, get: function() {
      return code_2.getProperty;
    } });
    Object.defineProperty(exports, "stringify", { enumerable: true, get: function() {
      return code_2.stringify;
    } });
    Object.defineProperty(exports, "regexpCode", { enumerable: true, get: function() {
      return code_2.regexpCode;
    } });
    Object.defineProperty(exports, "Name", { enumerable: true, get: function() {
      return code_2.Name;
    } });
    var scope_2 = require_scope();
    Object.defineProperty(exports, "Scope", { enumerable: true, get: function() {
      return scope_2.Scope;
    } });
    Object.defineProperty(exports, "ValueScope", { enumerable: true, get: function() {
      return scope_2.ValueScope;
    } });
    Object.defineProperty(exports, "ValueScopeName", { enumerable: true, get: function() {
      return scope_2.ValueScopeName;
    } });
    Object.defineProperty(exports, "varKinds", { enumerable: true, get: function() {
      return scope_2.varKinds;
    } });
    exports.operators = {
      GT: new code_1._Code(">"),
      GTE: new code_1._Code(">="),
      LT: new code_1._Code("<"),
      LTE: new code_1._Code("<="),
      EQ: new code_1._Code("==="),
      NEQ: new code_1._Code("!=="),
      NOT: new code_1._Code("!"),
      OR: new code_1._Code("||"),
      AND: new code_1._Code("&&"),
      ADD: new code_1._Code("+")
    };
    var Node = class {
      optimizeNodes() {
        return this;
      }
      optimizeNames(_names, _constants) {
        return this;
      }
    };
    var Def = class extends Node {
      constructor(varKind, name, rhs) {
        super();
        this.varKind = varKind;
        this.name = name;
        this.rhs = rhs;
      }
      render({ es5, _n }) {
        const varKind = es5 ? scope_1.varKinds.var : this.varKind;
        const rhs = this.rhs === void 0 ? "" : ` = ${this.rhs}`;
        return `${varKind} ${this.name}${rhs};` + _n;
      }
      optimizeNames(names, constants) {
        if (!names[this.name.str])
          return;
        if (this.rhs)
          this.rhs = optimizeExpr(this.rhs, names, constants);
        return this;
      }
      get names() {
        return this.rhs instanceof code_1._CodeOrName ? this.rhs.names : {};
      }
    };
    var Assign2 = class extends Node {
      constructor(lhs, rhs, sideEffects) {
        super();
        this.lhs = lhs;
        this.rhs = rhs;
        this.sideEffects = sideEffects;
      }
      render({ _n }) {
        return `${this.lhs} = ${this.rhs};` + _n;
      }
      optimizeNames(names, constants) {
        if (this.lhs instanceof code_1.Name && !names[this.lhs.str] && !this.sideEffects)
          return;
        this.rhs = optimizeExpr(this.rhs, names, constants);
        return this;
      }
      get names() {
        const names = this.lhs instanceof code_1.Name ? {} : { ...this.lhs.names };
        return addExprNames(names, this.rhs);
      }
    };
    var AssignOp = class extends Assign2 {
      constructor(lhs, op, rhs, sideEffects) {
        super(lhs, rhs, sideEffects);
        this.op = op;
      }
      render({ _n }) {
        return `${this.lhs} ${this.op}= ${this.rhs};` + _n;
      }
    };
    var Label = class extends Node {
      constructor(label) {
        super();
        this.label = label;
        this.names = {};
      }
      render({ _n }) {
        return `${this.label}:` + _n;
      }
    };
    var Break = class extends Node {
      constructor(label) {
        super();
        this.label = label;
        this.names = {};
      }
      render({ _n }) {
        const label = this.label ? ` ${this.label}` : "";
        return `break${label};` + _n;
      }
    };
    var Throw = class extends Node {
      constructor(error) {
        super();
        this.error = error;
      }
      render({ _n }) {
        return `throw ${this.error};` + _n;
      }
      get names() {
        return this.error.names;
      }
    };
    var AnyCode = class extends Node {
      constructor(code) {
        super();
        this.code = code;
      }
      render({ _n }) {
        return `${this.code};` + _n;
      }
      optimizeNodes() {
        return `${this.code}` ? this : void 0;
      }
      optimizeNames(names, constants) {
        this.code = optimizeExpr(this.code, names, constants);
        return this;
      }
      get names() {
        return this.code instanceof code_1._CodeOrName ? this.code.names : {};
      }
    };
    var ParentNode = class extends Node {
      constructor(nodes = []) {
        super();
        this.nodes = nodes;
      }
      render(opts) {
        return this.nodes.reduce((code, n) => code + n.render(opts), "");
      }
      optimizeNodes() {
        const { nodes } = this;
        let i = nodes.length;
        while (i--) {
          const n = nodes[i].optimizeNodes();
          if (Array.isArray(n))
            nodes.splice(i, 1, ...n);
          else if (n)
            nodes[i] = n;
          else
            nodes.splice(i, 1);
        }
        return nodes.length > 0 ? this : void 0;
      }
      optimizeNames(names, constants) {
        const { nodes } = this;
        let i = nodes.length;
        while (i--) {
          const n = nodes[i];
          if (n.optimizeNames(names, constants))
            continue;
          subtractNames(names, n.names);
          nodes.splice(i, 1);
        }
        return nodes.length > 0 ? this : void 0;
      }
      get names() {
        return this.nodes.reduce((names, n) => addNames(names, n.names), {});
      }
    };
    var BlockNode = class extends ParentNode {
      render(opts) {
        return "{" + opts._n + super.render(opts) + "}" + opts._n;
      }
    };
    var Root = class extends ParentNode {
    };
    var Else = class extends BlockNode {
    };
    Else.kind = "else";
    var If2 = class _If extends BlockNode {
      constructor(condition2, nodes) {
        super(nodes);
        this.condition = condition2;
      }
      render(opts) {
        let code = `if(${this.condition})` + super.render(opts);
        if (this.else)
          code += "else " + this.else.render(opts);
        return code;
      }
      optimizeNodes() {
        super.optimizeNodes();
        const cond = this.condition;
        if (cond === true)
          return this.nodes;
        let e = this.else;
        if (e) {
          const ns = e.optimizeNodes();
          e = this.else = Array.isArray(ns) ? new Else(ns) : ns;
        }
        if (e) {
          if (cond === false)
            return e instanceof _If ? e : e.nodes;
          if (this.nodes.length)
            return this;
          return new _If(not(cond), e instanceof _If ? [e] : e.nodes);
        }
        if (cond === false || !this.nodes.length)
          return void 0;
        return this;
      }
      optimizeNames(names, constants) {
        var _a;
        this.else = (_a = this.else) === null || _a === void 0 ? void 0 : _a.optimizeNames(names, constants);
        if (!(super.optimizeNames(names, constants) || this.else))
          return;
        this.condition = optimizeExpr(this.condition, names, constants);
        return this;
      }
      get names() {
        const names = super.names;
        addExprNames(names, this.condition);
        if (this.else)
          addNames(names, this.else.names);
        return names;
      }
    };
    If2.kind = "if";
    var For = class extends BlockNode {
    };
    For.kind = "for";
    var ForLoop = class extends For {
      constructor(iteration) {
        super();
        this.iteration = iteration;
      }
      render(opts) {
        return `for(${this.iteration})` + super.render(opts);
      }
      optimizeNames(names, constants) {
        if (!super.optimizeNames(names, constants))
          return;
        this.iteration = optimizeExpr(this.iteration, names, constants);
        return this;
      }
      get names() {
        return addNames(super.names, this.iteration.names);
      }
    };
    var ForRange = class extends For {
      constructor(varKind, name, from, to) {
        super();
        this.varKind = varKind;
        this.name = name;
        this.from = from;
        this.to = to;
      }
      render(opts) {
        const varKind = opts.es5 ? scope_1.varKinds.var : this.varKind;
        const { name, from, to } = this;
        return `for(${varKind} ${name}=${from}; ${name}<${to}; ${name}++)` + super.render(opts);
      }
      get names() {
        const names = addExprNames(super.names, this.from);
        return addExprNames(names, this.to);
      }
    };
    var ForIter = class extends For {
      constructor(loop, varKind, name, iterable) {
        super();
        this.loop = loop;
        this.varKind = varKind;
        this.name = name;
        this.iterable = iterable;
      }
      render(opts) {
        return `for(${this.varKind} ${this.name} ${this.loop} ${this.iterable})` + super.render(opts);
      }
      optimizeNames(names, constants) {
        if (!super.optimizeNames(names, constants))
          return;
        this.iterable = optimizeExpr(this.iterable, names, constants);
        return this;
      }
      get names() {
        return addNames(super.names, this.iterable.names);
      }
    };
    var Func = class extends BlockNode {
      constructor(name, args, async) {
        super();
        this.name = name;
        this.args = args;
        this.async = async;
      }
      render(opts) {
        const _async = this.async ? "async " : "";
        return `${_async}function ${this.name}(${this.args})` + super.render(opts);
      }
    };
    Func.kind = "func";
    var Return = class extends ParentNode {
      render(opts) {
        return "return " + super.render(opts);
      }
    };
    Return.kind = "return";
    var Try = class extends BlockNode {
      render(opts) {
        let code = "try" + super.render(opts);
        if (this.catch)
          code += this.catch.render(opts);
        if (this.finally)
          code += this.finally.render(opts);
        return code;
      }
      optimizeNodes() {
        var _a, _b;
        super.optimizeNodes();
        (_a = this.catch) === null || _a === void 0 ? void 0 : _a.optimizeNodes();
        (_b = this.finally) === null || _b === void 0 ? void 0 : _b.optimizeNodes();
        return this;
      }
      optimizeNames(names, constants) {
        var _a, _b;
        super.optimizeNames(names, constants);
        (_a = this.catch) === null || _a === void 0 ? void 0 : _a.optimizeNames(names, constants);
        (_b = this.finally) === null || _b === void 0 ? void 0 : _b.optimizeNames(names, constants);
        return this;
      }
      get names() {
        const names = super.names;
        if (this.catch)
          addNames(names, this.catch.names);
        if (this.finally)
          addNames(names, this.finally.names);
        return names;
      }
    };
    var Catch = class extends BlockNode {
      constructor(error) {
        super();
        this.error = error;
      }
      render(opts) {
        return `catch(${this.error})` + super.render(opts);
      }
    };
    Catch.kind = "catch";
    var Finally = class extends BlockNode {
      render(opts) {
        return "finally" + super.render(opts);
      }
    };
    Finally.kind = "finally";
    var CodeGen = class {
      constructor(extScope, opts = {}) {
        this._values = {};
        this._blockStarts = [];
        this._constants = {};
        this.opts = { ...opts, _n: opts.lines ? "\n" : "" };
        this._extScope = extScope;
        this._scope = new scope_1.Scope({ parent: extScope });
        this._nodes = [new Root()];
      }
      toString() {
        return this._root.render(this.opts);
      }
      // returns unique name in the internal scope
      name(prefix) {
        return this._scope.name(prefix);
      }
      // reserves unique name in the external scope
      scopeName(prefix) {
        return this._extScope.name(prefix);
      }
      // reserves unique name in the external scope and assigns value to it
      scopeValue(prefixOrName, value) {
        const name = this._extScope.value(prefixOrName, value);
        const vs = this._values[name.prefix] || (this._values[name.prefix] = /* @__PURE__ */ new Set());
        vs.add(name);
        return name;
      }
      getScopeValue(prefix, keyOrRef) {
        return this._extScope.getValue(prefix, keyOrRef);
      }
      // return code that assigns values in the external scope to the names that are used internally
      // (same names that were returned by gen.scopeName or gen.scopeValue)
      scopeRefs(scopeName) {
        return this._extScope.scopeRefs(scopeName, this._values);
      }
      scopeCode() {
        return this._extScope.scopeCode(this._values);
      }
      _def(varKind, nameOrPrefix, rhs, constant) {
        const name = this._scope.toName(nameOrPrefix);
        if (rhs !== void 0 && constant)
          this._constants[name.str] = rhs;
        this._leafNode(new Def(varKind, name, rhs));
        return name;
      }
      // `const` declaration (`var` in es5 mode)
      const(nameOrPrefix, rhs, _constant) {
        return this._def(scope_1.varKinds.const, nameOrPrefix, rhs, _constant);
      }
      // `let` declaration with optional assignment (`var` in es5 mode)
      let(nameOrPrefix, rhs, _constant) {
        return this._def(scope_1.varKinds.let, nameOrPrefix, rhs, _constant);
      }
      // `var` declaration with optional assignment
      var(nameOrPrefix, rhs, _constant) {
        return this._def(scope_1.varKinds.var, nameOrPrefix, rhs, _constant);
      }
      // assignment code
      assign(lhs, rhs, sideEffects) {
        return this._leafNode(new Assign2(lhs, rhs, sideEffects));
      }
      // `+=` code
      add(lhs, rhs) {
        return this._leafNode(new AssignOp(lhs, exports.operators.ADD, rhs));
      }
      // appends passed SafeExpr to code or executes Block
      code(c2) {
        if (typeof c2 == "function")
          c2();
        else if (c2 !== code_1.nil)
          this._leafNode(new AnyCode(c2));
        return this;
      }
      // returns code for object literal for the passed argument list of key-value pairs
      object(...keyValues) {
        const code = ["{"];
        for (const [key2, value] of keyValues) {
          if (code.length > 1)
            code.push(",");
          code.push(key2);
          if (key2 !== value || this.opts.es5) {
            code.push(":");
            (0, code_1.addCodeArg)(code, value);
          }
        }
        code.push("}");
        return new code_1._Code(code);
      }
      // `if` clause (or statement if `thenBody` and, optionally, `elseBody` are passed)
      if(condition2, thenBody, elseBody) {
        this._blockNode(new If2(condition2));
        if (thenBody && elseBody) {
          this.code(thenBody).else().code(elseBody).endIf();
        } else if (thenBody) {
          this.code(thenBody).endIf();
        } else if (elseBody) {
          throw new Error('CodeGen: "else" body without "then" body');
        }
        return this;
      }
      // `else if` clause - invalid without `if` or after `else` clauses
      elseIf(condition2) {
        return this._elseNode(new If2(condition2));
      }
      // `else` clause - only valid after `if` or `else if` clauses
      else() {
        return this._elseNode(new Else());
      }
      // end `if` statement (needed if gen.if was used only with condition)
      endIf() {
        return this._endBlockNode(If2, Else);
      }
      _for(node, forBody) {
        this._blockNode(node);
        if (forBody)
          this.code(forBody).endFor();
        return this;
      }
      // a generic `for` clause (or statement if `forBody` is passed)
      for(iteration, forBody) {
        return this._for(new ForLoop(iteration), forBody);
      }
      // `for` statement for a range of values
      forRange(nameOrPrefix, from, to, forBody, varKind = this.opts.es5 ? scope_1.varKinds.var : scope_1.varKinds.let) {
        const name = this._scope.toName(nameOrPrefix);
        return this._for(new ForRange(varKind, name, from, to), () => forBody(name));
      }
      // `for-of` statement (in es5 mode replace with a normal for loop)
      forOf(nameOrPrefix, iterable, forBody, varKind = scope_1.varKinds.const) {
        const name = this._scope.toName(nameOrPrefix);
        if (this.opts.es5) {
          const arr = iterable instanceof code_1.Name ? iterable : this.var("_arr", iterable);
          return this.forRange("_i", 0, (0, code_1._)`${arr}.length`, (i) => {
            this.var(name, (0, code_1._)`${arr}[${i}]`);
            forBody(name);
          });
        }
        return this._for(new ForIter("of", varKind, name, iterable), () => forBody(name));
      }
      // `for-in` statement.
      // With option `ownProperties` replaced with a `for-of` loop for object keys
      forIn(nameOrPrefix, obj, forBody, varKind = this.opts.es5 ? scope_1.varKinds.var : scope_1.varKinds.const) {
        if (this.opts.ownProperties) {
          return this.forOf(nameOrPrefix, (0, code_1._)`Object.keys(${obj})`, forBody);
        }
        const name = this._scope.toName(nameOrPrefix);
        return this._for(new ForIter("in", varKind, name, obj), () => forBody(name));
      }
      // end `for` loop
      endFor() {
        return this._endBlockNode(For);
      }
      // `label` statement
      label(label) {
        return this._leafNode(new Label(label));
      }
      // `break` statement
      break(label) {
        return this._leafNode(new Break(label));
      }
      // `return` statement
      return(value) {
        const node = new Return();
        this._blockNode(node);
        this.code(value);
        if (node.nodes.length !== 1)
          throw new Error('CodeGen: "return" should have one node');
        return this._endBlockNode(Return);
      }
      // `try` statement
      try(tryBody, catchCode, finallyCode) {
        if (!catchCode && !finallyCode)
          throw new Error('CodeGen: "try" without "catch" and "finally"');
        const node = new Try();
        this._blockNode(node);
        this.code(tryBody);
        if (catchCode) {
          const error = this.name("e");
          this._currNode = node.catch = new Catch(error);
          catchCode(error);
        }
        if (finallyCode) {
          this._currNode = node.finally = new Finally();
          this.code(finallyCode);
        }
        return this._endBlockNode(Catch, Finally);
      }
      // `throw` statement
      throw(error) {
        return this._leafNode(new Throw(error));
      }
      // start self-balancing block
      block(body, nodeCount) {
        this._blockStarts.push(this._nodes.length);
        if (body)
          this.code(body).endBlock(nodeCount);
        return this;
      }
      // end the current self-balancing block
      endBlock(nodeCount) {
        const len = this._blockStarts.pop();
        if (len === void 0)
          throw new Error("CodeGen: not in self-balancing block");
        const toClose = this._nodes.length - len;
        if (toClose < 0 || nodeCount !== void 0 && toClose !== nodeCount) {
          throw new Error(`CodeGen: wrong number of nodes: ${toClose} vs ${nodeCount} expected`);
        }
        this._nodes.length = len;
        return this;
      }
      // `function` heading (or definition if funcBody is passed)
      func(name, args = code_1.nil, async, funcBody) {
        this._blockNode(new Func(name, args, async));
        if (funcBody)
          this.code(funcBody).endFunc();
        return this;
      }
      // end function definition
      endFunc() {
        return this._endBlockNode(Func);
      }
      optimize(n = 1) {
        while (n-- > 0) {
          this._root.optimizeNodes();
          this._root.optimizeNames(this._root.names, this._constants);
        }
      }
      _leafNode(node) {
        this._currNode.nodes.push(node);
        return this;
      }
      _blockNode(node) {
        this._currNode.nodes.push(node);
        this._nodes.push(node);
      }
      _endBlockNode(N1, N2) {
        const n = this._currNode;
        if (n instanceof N1 || N2 && n instanceof N2) {
          this._nodes.pop();
          return this;
        }
        throw new Error(`CodeGen: not in block "${N2 ? `${N1.kind}/${N2.kind}` : N1.kind}"`);
      }
      _elseNode(node) {
        const n = this._currNode;
        if (!(n instanceof If2)) {
          throw new Error('CodeGen: "else" without "if"');
        }
        this._currNode = n.else = node;
        return this;
      }
      get _root() {
        return this._nodes[0];
      }
      get _currNode() {
        const ns = this._nodes;
        return ns[ns.length - 1];
      }
      set _currNode(node) {
        const ns = this._nodes;
        ns[ns.length - 1] = node;
      }
    };
    exports.CodeGen = CodeGen;
    function addNames(names, from) {
      for (const n in from)
        names[n] = (names[n] || 0) + (from[n] || 0);
      return names;
    }
    function addExprNames(names, from) {
      return from instanceof code_1._CodeOrName ? addNames(names, from.names) : names;
    }
    function optimizeExpr(expr, names, constants) {
      if (expr instanceof code_1.Name)
        return replaceName(expr);
      if (!canOptimize(expr))
        return expr;
      return new code_1._Code(expr._items.reduce((items, c2) => {
        if (c2 instanceof code_1.Name)
          c2 = replaceName(c2);
        if (c2 instanceof code_1._Code)
          items.push(...c2._items);
        else
          items.push(c2);
        return items;
      }, []));
      function replaceName(n) {
        const c2 = constants[n.str];
        if (c2 === void 0 || names[n.str] !== 1)
          return n;
        delete names[n.str];
        return c2;
      }
      function canOptimize(e) {
        return e instanceof code_1._Code && e._items.some((c2) => c2 instanceof code_1.Name && names[c2.str] === 1 && constants[c2.str] !== void 0);
      }
    }
    function subtractNames(names, from) {
      for (const n in from)
        names[n] = (names[n] || 0) - (from[n] || 0);
    }
    function not(x) {
      return typeof x == "boolean" || typeof x == "number" || x === null ? !x : (0, code_1._)`!${par(x)}`;
    }
    exports.not = not;
    var andCode = mappend(exports.operators.AND);
    function and(...args) {
      return args.reduce(andCode);
    }
    exports.and = and;
    var orCode = mappend(exports.operators.OR);
    function or(...args) {
      return args.reduce(orCode);
    }
    exports.or = or;
    function mappend(op) {
      return (x, y) => x === code_1.nil ? y : y === code_1.nil ? x : (0, code_1._)`${par(x)} ${op} ${par(y)}`;
    }
    function par(x) {
      return x instanceof code_1.Name ? x : (0, code_1._)`(${x})`;
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/util.js
var require_util = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/util.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.checkStrictMode = exports.getErrorPath = exports.Type = exports.useFunc = exports.setEvaluated = exports.evaluatedPropsToName = exports.mergeEvaluated = exports.eachItem = exports.unescapeJsonPointer = exports.escapeJsonPointer = exports.escapeFragment = exports.unescapeFragment = exports.schemaRefOrVal = exports.schemaHasRulesButRef = exports.schemaHasRules = exports.checkUnknownRules = exports.alwaysValidSchema = exports.toHash = void 0;
    var codegen_1 = require_codegen();
    var code_1 = require_code();
    function toHash(arr) {
      const hash2 = {};
      for (const item of arr)
        hash2[item] = true;
      return hash2;
    }
    exports.toHash = toHash;
    function alwaysValidSchema(it, schema) {
      if (typeof schema == "boolean")
        return schema;
      if (Object.keys(schema).length === 0)
        return true;
      checkUnknownRules(it, schema);
      return !schemaHasRules(schema, it.self.RULES.all);
    }
    exports.alwaysValidSchema = alwaysValidSchema;
    function checkUnknownRules(it, schema = it.schema) {
      const { opts, self } = it;
      if (!opts.strictSchema)
        return;
      if (typeof schema === "boolean")
        return;
      const rules = self.RULES.keywords;
      for (const key2 in schema) {
        if (!rules[key2])
          checkStrictMode(it, `unknown keyword: "${key2}"`);
      }
    }
    exports.checkUnknownRules = checkUnknownRules;
    function schemaHasRules(schema, rules) {
      if (typeof schema == "boolean")
        return !schema;
      for (const key2 in schema)
        if (rules[key2])
          return true;
      return false;
    }
    exports.schemaHasRules = schemaHasRules;
    function schemaHasRulesButRef(schema, RULES) {
      if (typeof schema == "boolean")
        return !schema;
      for (const key2 in schema)
        if (key2 !== "$ref" && RULES.all[key2])
          return true;
      return false;
    }
    exports.schemaHasRulesButRef = schemaHasRulesButRef;
    function schemaRefOrVal({ topSchemaRef, schemaPath }, schema, keyword, $data) {
      if (!$data) {
        if (typeof schema == "number" || typeof schema == "boolean")
          return schema;
        if (typeof schema == "string")
          return (0, codegen_1._)`${schema}`;
      }
      return (0, codegen_1._)`${topSchemaRef}${schemaPath}${(0, codegen_1.getProperty)(keyword)}`;
    }
    exports.schemaRefOrVal = schemaRefOrVal;
    function unescapeFragment(str) {
      return unescapeJsonPointer(decodeURIComponent(str));
    }
    exports.unescapeFragment = unescapeFragment;
    function escapeFragment(str) {
      return encodeURIComponent(escapeJsonPointer(str));
    }
    exports.escapeFragment = escapeFragment;
    function escapeJsonPointer(str) {
      if (typeof str == "number")
        return `${str}`;
      return str.replace(/~/g, "~0").replace(/\//g, "~1");
    }
    exports.escapeJsonPointer = escapeJsonPointer;
    function unescapeJsonPointer(str) {
      return str.replace(/~1/g, "/").replace(/~0/g, "~");
    }
    exports.unescapeJsonPointer = unescapeJsonPointer;
    function eachItem(xs, f) {
      if (Array.isArray(xs)) {
        for (const x of xs)
          f(x);
      } else {
        f(xs);
      }
    }
    exports.eachItem = eachItem;
    function makeMergeEvaluated({ mergeNames, mergeToName, mergeValues, resultToName }) {
      return (gen, from, to, toName) => {
        const res = to === void 0 ? from : to instanceof codegen_1.Name ? (from instanceof codegen_1.Name ? mergeNames(gen, from, to) : mergeToName(gen, from, to), to) : from instanceof codegen_1.Name ? (mergeToName(gen, to, from), from) : mergeValues(from, to);
        return toName === codegen_1.Name && !(res instanceof codegen_1.Name) ? resultToName(gen, res) : res;
      };
    }
    exports.mergeEvaluated = {
      props: makeMergeEvaluated({
        mergeNames: (gen, from, to) => gen.if((0, codegen_1._)`${to} !== true && ${from} !== undefined`, () => {
          gen.if((0, codegen_1._)`${from} === true`, () => gen.assign(to, true), () => gen.assign(to, (0, codegen_1._)`${to} || {}`).code((0, codegen_1._)`Object.assign(${to}, ${from})`));
        }),
        mergeToName: (gen, from, to) => gen.if((0, codegen_1._)`${to} !== true`, () => {
          if (from === true) {
            gen.assign(to, true);
          } else {
            gen.assign(to, (0, codegen_1._)`${to} || {}`);
            setEvaluated(gen, to, from);
          }
        }),
        mergeValues: (from, to) => from === true ? true : { ...from, ...to },
        resultToName: evaluatedPropsToName
      }),
      items: makeMergeEvaluated({
        mergeNames: (gen, from, to) => gen.if((0, codegen_1._)`${to} !== true && ${from} !== undefined`, () => gen.assign(to, (0, codegen_1._)`${from} === true ? true : ${to} > ${from} ? ${to} : ${from}`)),
        mergeToName: (gen, from, to) => gen.if((0, codegen_1._)`${to} !== true`, () => gen.assign(to, from === true ? true : (0, codegen_1._)`${to} > ${from} ? ${to} : ${from}`)),
        mergeValues: (from, to) => from === true ? true : Math.max(from, to),
        resultToName: (gen, items) => gen.var("items", items)
      })
    };
    function evaluatedPropsToName(gen, ps) {
      if (ps === true)
        return gen.var("props", true);
      const props = gen.var("props", (0, codegen_1._)`{}`);
      if (ps !== void 0)
        setEvaluated(gen, props, ps);
      return props;
    }
    exports.evaluatedPropsToName = evaluatedPropsToName;
    function setEvaluated(gen, props, ps) {
      Object.keys(ps).forEach((p) => gen.assign((0, codegen_1._)`${props}${(0, codegen_1.getProperty)(p)}`, true));
    }
    exports.setEvaluated = setEvaluated;
    var snippets = {};
    function useFunc(gen, f) {
      return gen.scopeValue("func", {
        ref: f,
        code: snippets[f.code] || (snippets[f.code] = new code_1._Code(f.code))
      });
    }
    exports.useFunc = useFunc;
    var Type2;
    (function(Type3) {
      Type3[Type3["Num"] = 0] = "Num";
      Type3[Type3["Str"] = 1] = "Str";
    })(Type2 || (exports.Type = Type2 = {}));
    function getErrorPath(dataProp, dataPropType, jsPropertySyntax) {
      if (dataProp instanceof codegen_1.Name) {
        const isNumber = dataPropType === Type2.Num;
        return jsPropertySyntax ? isNumber ? (0, codegen_1._)`"[" + ${dataProp} + "]"` : (0, codegen_1._)`"['" + ${dataProp} + "']"` : isNumber ? (0, codegen_1._)`"/" + ${dataProp}` : (0, codegen_1._)`"/" + ${dataProp}.replace(/~/g, "~0").replace(/\\//g, "~1")`;
      }
      return jsPropertySyntax ? (0, codegen_1.getProperty)(dataProp).toString() : "/" + escapeJsonPointer(dataProp);
    }
    exports.getErrorPath = getErrorPath;
    function checkStrictMode(it, msg, mode = it.opts.strictSchema) {
      if (!mode)
        return;
      msg = `strict mode: ${msg}`;
      if (mode === true)
        throw new Error(msg);
      it.self.logger.warn(msg);
    }
    exports.checkStrictMode = checkStrictMode;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/names.js
var require_names = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/names.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var names = {
      // validation function arguments
      data: new codegen_1.Name("data"),
      // data passed to validation function
      // args passed from referencing schema
      valCxt: new codegen_1.Name("valCxt"),
      // validation/data context - should not be used directly, it is destructured to the names below
      instancePath: new codegen_1.Name("instancePath"),
      parentData: new codegen_1.Name("parentData"),
      parentDataProperty: new codegen_1.Name("parentDataProperty"),
      rootData: new codegen_1.Name("rootData"),
      // root data - same as the data passed to the first/top validation function
      dynamicAnchors: new codegen_1.Name("dynamicAnchors"),
      // used to support recursiveRef and dynamicRef
      // function scoped variables
      vErrors: new codegen_1.Name("vErrors"),
      // null or array of validation errors
      errors: new codegen_1.Name("errors"),
      // counter of validation errors
      this: new codegen_1.Name("this"),
      // "globals"
      self: new codegen_1.Name("self"),
      scope: new codegen_1.Name("scope"),
      // JTD serialize/parse name for JSON string and position
      json: new codegen_1.Name("json"),
      jsonPos: new codegen_1.Name("jsonPos"),
      jsonLen: new codegen_1.Name("jsonLen"),
      jsonPart: new codegen_1.Name("jsonPart")
    };
    exports.default = names;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/errors.js
var require_errors = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/errors.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.extendErrors = exports.resetErrorsCount = exports.reportExtraError = exports.reportError = exports.keyword$DataError = exports.keywordError = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var names_1 = require_names();
    exports.keywordError = {
      message: ({ keyword }) => (0, codegen_1.str)`must pass "${keyword}" keyword validation`
    };
    exports.keyword$DataError = {
      message: ({ keyword, schemaType }) => schemaType ? (0, codegen_1.str)`"${keyword}" keyword must be ${schemaType} ($data)` : (0, codegen_1.str)`"${keyword}" keyword is invalid ($data)`
    };
    function reportError(cxt, error = exports.keywordError, errorPaths, overrideAllErrors) {
      const { it } = cxt;
      const { gen, compositeRule, allErrors } = it;
      const errObj = errorObjectCode(cxt, error, errorPaths);
      if (overrideAllErrors !== null && overrideAllErrors !== void 0 ? overrideAllErrors : compositeRule || allErrors) {
        addError(gen, errObj);
      } else {
        returnErrors(it, (0, codegen_1._)`[${errObj}]`);
      }
    }
    exports.reportError = reportError;
    function reportExtraError(cxt, error = exports.keywordError, errorPaths) {
      const { it } = cxt;
      const { gen, compositeRule, allErrors } = it;
      const errObj = errorObjectCode(cxt, error, errorPaths);
      addError(gen, errObj);
      if (!(compositeRule || allErrors)) {
        returnErrors(it, names_1.default.vErrors);
      }
    }
    exports.reportExtraError = reportExtraError;
    function resetErrorsCount(gen, errsCount) {
      gen.assign(names_1.default.errors, errsCount);
      gen.if((0, codegen_1._)`${names_1.default.vErrors} !== null`, () => gen.if(errsCount, () => gen.assign((0, codegen_1._)`${names_1.default.vErrors}.length`, errsCount), () => gen.assign(names_1.default.vErrors, null)));
    }
    exports.resetErrorsCount = resetErrorsCount;
    function extendErrors({ gen, keyword, schemaValue, data, errsCount, it }) {
      if (errsCount === void 0)
        throw new Error("ajv implementation error");
      const err = gen.name("err");
      gen.forRange("i", errsCount, names_1.default.errors, (i) => {
        gen.const(err, (0, codegen_1._)`${names_1.default.vErrors}[${i}]`);
        gen.if((0, codegen_1._)`${err}.instancePath === undefined`, () => gen.assign((0, codegen_1._)`${err}.instancePath`, (0, codegen_1.strConcat)(names_1.default.instancePath, it.errorPath)));
        gen.assign((0, codegen_1._)`${err}.schemaPath`, (0, codegen_1.str)`${it.errSchemaPath}/${keyword}`);
        if (it.opts.verbose) {
          gen.assign((0, codegen_1._)`${err}.schema`, schemaValue);
          gen.assign((0, codegen_1._)`${err}.data`, data);
        }
      });
    }
    exports.extendErrors = extendErrors;
    function addError(gen, errObj) {
      const err = gen.const("err", errObj);
      gen.if((0, codegen_1._)`${names_1.default.vErrors} === null`, () => gen.assign(names_1.default.vErrors, (0, codegen_1._)`[${err}]`), (0, codegen_1._)`${names_1.default.vErrors}.push(${err})`);
      gen.code((0, codegen_1._)`${names_1.default.errors}++`);
    }
    function returnErrors(it, errs) {
      const { gen, validateName, schemaEnv } = it;
      if (schemaEnv.$async) {
        gen.throw((0, codegen_1._)`new ${it.ValidationError}(${errs})`);
      } else {
        gen.assign((0, codegen_1._)`${validateName}.errors`, errs);
        gen.return(false);
      }
    }
    var E = {
      keyword: new codegen_1.Name("keyword"),
      schemaPath: new codegen_1.Name("schemaPath"),
      // also used in JTD errors
      params: new codegen_1.Name("params"),
      propertyName: new codegen_1.Name("propertyName"),
      message: new codegen_1.Name("message"),
      schema: new codegen_1.Name("schema"),
      parentSchema: new codegen_1.Name("parentSchema")
    };
    function errorObjectCode(cxt, error, errorPaths) {
      const { createErrors } = cxt.it;
      if (createErrors === false)
        return (0, codegen_1._)`{}`;
      return errorObject(cxt, error, errorPaths);
    }
    function errorObject(cxt, error, errorPaths = {}) {
      const { gen, it } = cxt;
      const keyValues = [
        errorInstancePath(it, errorPaths),
        errorSchemaPath(cxt, errorPaths)
      ];
      extraErrorProps(cxt, error, keyValues);
      return gen.object(...keyValues);
    }
    function errorInstancePath({ errorPath }, { instancePath }) {
      const instPath = instancePath ? (0, codegen_1.str)`${errorPath}${(0, util_1.getErrorPath)(instancePath, util_1.Type.Str)}` : errorPath;
      return [names_1.default.instancePath, (0, codegen_1.strConcat)(names_1.default.instancePath, instPath)];
    }
    function errorSchemaPath({ keyword, it: { errSchemaPath } }, { schemaPath, parentSchema }) {
      let schPath = parentSchema ? errSchemaPath : (0, codegen_1.str)`${errSchemaPath}/${keyword}`;
      if (schemaPath) {
        schPath = (0, codegen_1.str)`${schPath}${(0, util_1.getErrorPath)(schemaPath, util_1.Type.Str)}`;
      }
      return [E.schemaPath, schPath];
    }
    function extraErrorProps(cxt, { params, message }, keyValues) {
      const { keyword, data, schemaValue, it } = cxt;
      const { opts, propertyName, topSchemaRef, schemaPath } = it;
      keyValues.push([E.keyword, keyword], [E.params, typeof params == "function" ? params(cxt) : params || (0, codegen_1._)`{}`]);
      if (opts.messages) {
        keyValues.push([E.message, typeof message == "function" ? message(cxt) : message]);
      }
      if (opts.verbose) {
        keyValues.push([E.schema, schemaValue], [E.parentSchema, (0, codegen_1._)`${topSchemaRef}${schemaPath}`], [names_1.default.data, data]);
      }
      if (propertyName)
        keyValues.push([E.propertyName, propertyName]);
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/boolSchema.js
var require_boolSchema = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/boolSchema.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.boolOrEmptySchema = exports.topBoolOrEmptySchema = void 0;
    var errors_1 = require_errors();
    var codegen_1 = require_codegen();
    var names_1 = require_names();
    var boolError = {
      message: "boolean schema is false"
    };
    function topBoolOrEmptySchema(it) {
      const { gen, schema, validateName } = it;
      if (schema === false) {
        falseSchemaError(it, false);
      } else if (typeof schema == "object" && schema.$async === true) {
        gen.return(names_1.default.data);
      } else {
        gen.assign((0, codegen_1._)`${validateName}.errors`, null);
        gen.return(true);
      }
    }
    exports.topBoolOrEmptySchema = topBoolOrEmptySchema;
    function boolOrEmptySchema(it, valid) {
      const { gen, schema } = it;
      if (schema === false) {
        gen.var(valid, false);
        falseSchemaError(it);
      } else {
        gen.var(valid, true);
      }
    }
    exports.boolOrEmptySchema = boolOrEmptySchema;
    function falseSchemaError(it, overrideAllErrors) {
      const { gen, data } = it;
      const cxt = {
        gen,
        keyword: "false schema",
        data,
        schema: false,
        schemaCode: false,
        schemaValue: false,
        params: {},
        it
      };
      (0, errors_1.reportError)(cxt, boolError, void 0, overrideAllErrors);
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/rules.js
var require_rules = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/rules.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.getRules = exports.isJSONType = void 0;
    var _jsonTypes = ["string", "number", "integer", "boolean", "null", "object", "array"];
    var jsonTypes = new Set(_jsonTypes);
    function isJSONType(x) {
      return typeof x == "string" && jsonTypes.has(x);
    }
    exports.isJSONType = isJSONType;
    function getRules() {
      const groups = {
        number: { type: "number", rules: [] },
        string: { type: "string", rules: [] },
        array: { type: "array", rules: [] },
        object: { type: "object", rules: [] }
      };
      return {
        types: { ...groups, integer: true, boolean: true, null: true },
        rules: [{ rules: [] }, groups.number, groups.string, groups.array, groups.object],
        post: { rules: [] },
        all: {},
        keywords: {}
      };
    }
    exports.getRules = getRules;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/applicability.js
var require_applicability = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/applicability.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.shouldUseRule = exports.shouldUseGroup = exports.schemaHasRulesForType = void 0;
    function schemaHasRulesForType({ schema, self }, type) {
      const group = self.RULES.types[type];
      return group && group !== true && shouldUseGroup(schema, group);
    }
    exports.schemaHasRulesForType = schemaHasRulesForType;
    function shouldUseGroup(schema, group) {
      return group.rules.some((rule) => shouldUseRule(schema, rule));
    }
    exports.shouldUseGroup = shouldUseGroup;
    function shouldUseRule(schema, rule) {
      var _a;
      return schema[rule.keyword] !== void 0 || ((_a = rule.definition.implements) === null || _a === void 0 ? void 0 : _a.some((kwd) => schema[kwd] !== void 0));
    }
    exports.shouldUseRule = shouldUseRule;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/dataType.js
var require_dataType = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/dataType.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.reportTypeError = exports.checkDataTypes = exports.checkDataType = exports.coerceAndCheckDataType = exports.getJSONTypes = exports.getSchemaTypes = exports.DataType = void 0;
    var rules_1 = require_rules();
    var applicability_1 = require_applicability();
    var errors_1 = require_errors();
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var DataType;
    (function(DataType2) {
      DataType2[DataType2["Correct"] = 0] = "Correct";
      DataType2[DataType2["Wrong"] = 1] = "Wrong";
    })(DataType || (exports.DataType = DataType = {}));
    function getSchemaTypes(schema) {
      const types = getJSONTypes(schema.type);
      const hasNull = types.includes("null");
      if (hasNull) {
        if (schema.nullable === false)
          throw new Error("type: null contradicts nullable: false");
      } else {
        if (!types.length && schema.nullable !== void 0) {
          throw new Error('"nullable" cannot be used without "type"');
        }
        if (schema.nullable === true)
          types.push("null");
      }
      return types;
    }
    exports.getSchemaTypes = getSchemaTypes;
    function getJSONTypes(ts) {
      const types = Array.isArray(ts) ? ts : ts ? [ts] : [];
      if (types.every(rules_1.isJSONType))
        return types;
      throw new Error("type must be JSONType or JSONType[]: " + types.join(","));
    }
    exports.getJSONTypes = getJSONTypes;
    function coerceAndCheckDataType(it, types) {
      const { gen, data, opts } = it;
      const coerceTo = coerceToTypes(types, opts.coerceTypes);
      const checkTypes = types.length > 0 && !(coerceTo.length === 0 && types.length === 1 && (0, applicability_1.schemaHasRulesForType)(it, types[0]));
      if (checkTypes) {
        const wrongType = checkDataTypes(types, data, opts.strictNumbers, DataType.Wrong);
        gen.if(wrongType, () => {
          if (coerceTo.length)
            coerceData(it, types, coerceTo);
          else
            reportTypeError(it);
        });
      }
      return checkTypes;
    }
    exports.coerceAndCheckDataType = coerceAndCheckDataType;
    var COERCIBLE = /* @__PURE__ */ new Set(["string", "number", "integer", "boolean", "null"]);
    function coerceToTypes(types, coerceTypes) {
      return coerceTypes ? types.filter((t) => COERCIBLE.has(t) || coerceTypes === "array" && t === "array") : [];
    }
    function coerceData(it, types, coerceTo) {
      const { gen, data, opts } = it;
      const dataType = gen.let("dataType", (0, codegen_1._)`typeof ${data}`);
      const coerced = gen.let("coerced", (0, codegen_1._)`undefined`);
      if (opts.coerceTypes === "array") {
        gen.if((0, codegen_1._)`${dataType} == 'object' && Array.isArray(${data}) && ${data}.length == 1`, () => gen.assign(data, (0, codegen_1._)`${data}[0]`).assign(dataType, (0, codegen_1._)`typeof ${data}`).if(checkDataTypes(types, data, opts.strictNumbers), () => gen.assign(coerced, data)));
      }
      gen.if((0, codegen_1._)`${coerced} !== undefined`);
      for (const t of coerceTo) {
        if (COERCIBLE.has(t) || t === "array" && opts.coerceTypes === "array") {
          coerceSpecificType(t);
        }
      }
      gen.else();
      reportTypeError(it);
      gen.endIf();
      gen.if((0, codegen_1._)`${coerced} !== undefined`, () => {
        gen.assign(data, coerced);
        assignParentData(it, coerced);
      });
      function coerceSpecificType(t) {
        switch (t) {
          case "string":
            gen.elseIf((0, codegen_1._)`${dataType} == "number" || ${dataType} == "boolean"`).assign(coerced, (0, codegen_1._)`"" + ${data}`).elseIf((0, codegen_1._)`${data} === null`).assign(coerced, (0, codegen_1._)`""`);
            return;
          case "number":
            gen.elseIf((0, codegen_1._)`${dataType} == "boolean" || ${data} === null
              || (${dataType} == "string" && ${data} && ${data} == +${data})`).assign(coerced, (0, codegen_1._)`+${data}`);
            return;
          case "integer":
            gen.elseIf((0, codegen_1._)`${dataType} === "boolean" || ${data} === null
              || (${dataType} === "string" && ${data} && ${data} == +${data} && !(${data} % 1))`).assign(coerced, (0, codegen_1._)`+${data}`);
            return;
          case "boolean":
            gen.elseIf((0, codegen_1._)`${data} === "false" || ${data} === 0 || ${data} === null`).assign(coerced, false).elseIf((0, codegen_1._)`${data} === "true" || ${data} === 1`).assign(coerced, true);
            return;
          case "null":
            gen.elseIf((0, codegen_1._)`${data} === "" || ${data} === 0 || ${data} === false`);
            gen.assign(coerced, null);
            return;
          case "array":
            gen.elseIf((0, codegen_1._)`${dataType} === "string" || ${dataType} === "number"
              || ${dataType} === "boolean" || ${data} === null`).assign(coerced, (0, codegen_1._)`[${data}]`);
        }
      }
    }
    function assignParentData({ gen, parentData, parentDataProperty }, expr) {
      gen.if((0, codegen_1._)`${parentData} !== undefined`, () => gen.assign((0, codegen_1._)`${parentData}[${parentDataProperty}]`, expr));
    }
    function checkDataType(dataType, data, strictNums, correct = DataType.Correct) {
      const EQ = correct === DataType.Correct ? codegen_1.operators.EQ : codegen_1.operators.NEQ;
      let cond;
      switch (dataType) {
        case "null":
          return (0, codegen_1._)`${data} ${EQ} null`;
        case "array":
          cond = (0, codegen_1._)`Array.isArray(${data})`;
          break;
        case "object":
          cond = (0, codegen_1._)`${data} && typeof ${data} == "object" && !Array.isArray(${data})`;
          break;
        case "integer":
          cond = numCond((0, codegen_1._)`!(${data} % 1) && !isNaN(${data})`);
          break;
        case "number":
          cond = numCond();
          break;
        default:
          return (0, codegen_1._)`typeof ${data} ${EQ} ${dataType}`;
      }
      return correct === DataType.Correct ? cond : (0, codegen_1.not)(cond);
      function numCond(_cond = codegen_1.nil) {
        return (0, codegen_1.and)((0, codegen_1._)`typeof ${data} == "number"`, _cond, strictNums ? (0, codegen_1._)`isFinite(${data})` : codegen_1.nil);
      }
    }
    exports.checkDataType = checkDataType;
    function checkDataTypes(dataTypes, data, strictNums, correct) {
      if (dataTypes.length === 1) {
        return checkDataType(dataTypes[0], data, strictNums, correct);
      }
      let cond;
      const types = (0, util_1.toHash)(dataTypes);
      if (types.array && types.object) {
        const notObj = (0, codegen_1._)`typeof ${data} != "object"`;
        cond = types.null ? notObj : (0, codegen_1._)`!${data} || ${notObj}`;
        delete types.null;
        delete types.array;
        delete types.object;
      } else {
        cond = codegen_1.nil;
      }
      if (types.number)
        delete types.integer;
      for (const t in types)
        cond = (0, codegen_1.and)(cond, checkDataType(t, data, strictNums, correct));
      return cond;
    }
    exports.checkDataTypes = checkDataTypes;
    var typeError = {
      message: ({ schema }) => `must be ${schema}`,
      params: ({ schema, schemaValue }) => typeof schema == "string" ? (0, codegen_1._)`{type: ${schema}}` : (0, codegen_1._)`{type: ${schemaValue}}`
    };
    function reportTypeError(it) {
      const cxt = getTypeErrorContext(it);
      (0, errors_1.reportError)(cxt, typeError);
    }
    exports.reportTypeError = reportTypeError;
    function getTypeErrorContext(it) {
      const { gen, data, schema } = it;
      const schemaCode = (0, util_1.schemaRefOrVal)(it, schema, "type");
      return {
        gen,
        keyword: "type",
        data,
        schema: schema.type,
        schemaCode,
        schemaValue: schemaCode,
        parentSchema: schema,
        params: {},
        it
      };
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/defaults.js
var require_defaults = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/defaults.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.assignDefaults = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    function assignDefaults(it, ty) {
      const { properties, items } = it.schema;
      if (ty === "object" && properties) {
        for (const key2 in properties) {
          assignDefault(it, key2, properties[key2].default);
        }
      } else if (ty === "array" && Array.isArray(items)) {
        items.forEach((sch, i) => assignDefault(it, i, sch.default));
      }
    }
    exports.assignDefaults = assignDefaults;
    function assignDefault(it, prop, defaultValue) {
      const { gen, compositeRule, data, opts } = it;
      if (defaultValue === void 0)
        return;
      const childData = (0, codegen_1._)`${data}${(0, codegen_1.getProperty)(prop)}`;
      if (compositeRule) {
        (0, util_1.checkStrictMode)(it, `default is ignored for: ${childData}`);
        return;
      }
      let condition2 = (0, codegen_1._)`${childData} === undefined`;
      if (opts.useDefaults === "empty") {
        condition2 = (0, codegen_1._)`${condition2} || ${childData} === null || ${childData} === ""`;
      }
      gen.if(condition2, (0, codegen_1._)`${childData} = ${(0, codegen_1.stringify)(defaultValue)}`);
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/code.js
var require_code2 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/code.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateUnion = exports.validateArray = exports.usePattern = exports.callValidateCode = exports.schemaProperties = exports.allSchemaProperties = exports.noPropertyInData = exports.propertyInData = exports.isOwnProperty = exports.hasPropFunc = exports.reportMissingProp = exports.checkMissingProp = exports.checkReportMissingProp = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var names_1 = require_names();
    var util_2 = require_util();
    function checkReportMissingProp(cxt, prop) {
      const { gen, data, it } = cxt;
      gen.if(noPropertyInData(gen, data, prop, it.opts.ownProperties), () => {
        cxt.setParams({ missingProperty: (0, codegen_1._)`${prop}` }, true);
        cxt.error();
      });
    }
    exports.checkReportMissingProp = checkReportMissingProp;
    function checkMissingProp({ gen, data, it: { opts } }, properties, missing2) {
      return (0, codegen_1.or)(...properties.map((prop) => (0, codegen_1.and)(noPropertyInData(gen, data, prop, opts.ownProperties), (0, codegen_1._)`${missing2} = ${prop}`)));
    }
    exports.checkMissingProp = checkMissingProp;
    function reportMissingProp(cxt, missing2) {
      cxt.setParams({ missingProperty: missing2 }, true);
      cxt.error();
    }
    exports.reportMissingProp = reportMissingProp;
    function hasPropFunc(gen) {
      return gen.scopeValue("func", {
        // eslint-disable-next-line @typescript-eslint/unbound-method
        ref: Object.prototype.hasOwnProperty,
        code: (0, codegen_1._)`Object.prototype.hasOwnProperty`
      });
    }
    exports.hasPropFunc = hasPropFunc;
    function isOwnProperty(gen, data, property) {
      return (0, codegen_1._)`${hasPropFunc(gen)}.call(${data}, ${property})`;
    }
    exports.isOwnProperty = isOwnProperty;
    function propertyInData(gen, data, property, ownProperties) {
      const cond = (0, codegen_1._)`${data}${(0, codegen_1.getProperty)(property)} !== undefined`;
      return ownProperties ? (0, codegen_1._)`${cond} && ${isOwnProperty(gen, data, property)}` : cond;
    }
    exports.propertyInData = propertyInData;
    function noPropertyInData(gen, data, property, ownProperties) {
      const cond = (0, codegen_1._)`${data}${(0, codegen_1.getProperty)(property)} === undefined`;
      return ownProperties ? (0, codegen_1.or)(cond, (0, codegen_1.not)(isOwnProperty(gen, data, property))) : cond;
    }
    exports.noPropertyInData = noPropertyInData;
    function allSchemaProperties(schemaMap) {
      return schemaMap ? Object.keys(schemaMap).filter((p) => p !== "__proto__") : [];
    }
    exports.allSchemaProperties = allSchemaProperties;
    function schemaProperties(it, schemaMap) {
      return allSchemaProperties(schemaMap).filter((p) => !(0, util_1.alwaysValidSchema)(it, schemaMap[p]));
    }
    exports.schemaProperties = schemaProperties;
    function callValidateCode({ schemaCode, data, it: { gen, topSchemaRef, schemaPath, errorPath }, it }, func, context, passSchema) {
      const dataAndSchema = passSchema ? (0, codegen_1._)`${schemaCode}, ${data}, ${topSchemaRef}${schemaPath}` : data;
      const valCxt = [
        [names_1.default.instancePath, (0, codegen_1.strConcat)(names_1.default.instancePath, errorPath)],
        [names_1.default.parentData, it.parentData],
        [names_1.default.parentDataProperty, it.parentDataProperty],
        [names_1.default.rootData, names_1.default.rootData]
      ];
      if (it.opts.dynamicRef)
        valCxt.push([names_1.default.dynamicAnchors, names_1.default.dynamicAnchors]);
      const args = (0, codegen_1._)`${dataAndSchema}, ${gen.object(...valCxt)}`;
      return context !== codegen_1.nil ? (0, codegen_1._)`${func}.call(${context}, ${args})` : (0, codegen_1._)`${func}(${args})`;
    }
    exports.callValidateCode = callValidateCode;
    var newRegExp = (0, codegen_1._)`new RegExp`;
    function usePattern({ gen, it: { opts } }, pattern) {
      const u = opts.unicodeRegExp ? "u" : "";
      const { regExp } = opts.code;
      const rx = regExp(pattern, u);
      return gen.scopeValue("pattern", {
        key: rx.toString(),
        ref: rx,
        code: (0, codegen_1._)`${regExp.code === "new RegExp" ? newRegExp : (0, util_2.useFunc)(gen, regExp)}(${pattern}, ${u})`
      });
    }
    exports.usePattern = usePattern;
    function validateArray(cxt) {
      const { gen, data, keyword, it } = cxt;
      const valid = gen.name("valid");
      if (it.allErrors) {
        const validArr = gen.let("valid", true);
        validateItems(() => gen.assign(validArr, false));
        return validArr;
      }
      gen.var(valid, true);
      validateItems(() => gen.break());
      return valid;
      function validateItems(notValid) {
        const len = gen.const("len", (0, codegen_1._)`${data}.length`);
        gen.forRange("i", 0, len, (i) => {
          cxt.subschema({
            keyword,
            dataProp: i,
            dataPropType: util_1.Type.Num
          }, valid);
          gen.if((0, codegen_1.not)(valid), notValid);
        });
      }
    }
    exports.validateArray = validateArray;
    function validateUnion(cxt) {
      const { gen, schema, keyword, it } = cxt;
      if (!Array.isArray(schema))
        throw new Error("ajv implementation error");
      const alwaysValid = schema.some((sch) => (0, util_1.alwaysValidSchema)(it, sch));
      if (alwaysValid && !it.opts.unevaluated)
        return;
      const valid = gen.let("valid", false);
      const schValid = gen.name("_valid");
      gen.block(() => schema.forEach((_sch, i) => {
        const schCxt = cxt.subschema({
          keyword,
          schemaProp: i,
          compositeRule: true
        }, schValid);
        gen.assign(valid, (0, codegen_1._)`${valid} || ${schValid}`);
        const merged = cxt.mergeValidEvaluated(schCxt, schValid);
        if (!merged)
          gen.if((0, codegen_1.not)(valid));
      }));
      cxt.result(valid, () => cxt.reset(), () => cxt.error(true));
    }
    exports.validateUnion = validateUnion;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/keyword.js
var require_keyword = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/keyword.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateKeywordUsage = exports.validSchemaType = exports.funcKeywordCode = exports.macroKeywordCode = void 0;
    var codegen_1 = require_codegen();
    var names_1 = require_names();
    var code_1 = require_code2();
    var errors_1 = require_errors();
    function macroKeywordCode(cxt, def) {
      const { gen, keyword, schema, parentSchema, it } = cxt;
      const macroSchema = def.macro.call(it.self, schema, parentSchema, it);
      const schemaRef = useKeyword(gen, keyword, macroSchema);
      if (it.opts.validateSchema !== false)
        it.self.validateSchema(macroSchema, true);
      const valid = gen.name("valid");
      cxt.subschema({
        schema: macroSchema,
        schemaPath: codegen_1.nil,
        errSchemaPath: `${it.errSchemaPath}/${keyword}`,
        topSchemaRef: schemaRef,
        compositeRule: true
      }, valid);
      cxt.pass(valid, () => cxt.error(true));
    }
    exports.macroKeywordCode = macroKeywordCode;
    function funcKeywordCode(cxt, def) {
      var _a;
      const { gen, keyword, schema, parentSchema, $data, it } = cxt;
      checkAsyncKeyword(it, def);
      const validate = !$data && def.compile ? def.compile.call(it.self, schema, parentSchema, it) : def.validate;
      const validateRef = useKeyword(gen, keyword, validate);
      const valid = gen.let("valid");
      cxt.block$data(valid, validateKeyword);
      cxt.ok((_a = def.valid) !== null && _a !== void 0 ? _a : valid);
      function validateKeyword() {
        if (def.errors === false) {
          assignValid();
          if (def.modifying)
            modifyData(cxt);
          reportErrs(() => cxt.error());
        } else {
          const ruleErrs = def.async ? validateAsync() : validateSync();
          if (def.modifying)
            modifyData(cxt);
          reportErrs(() => addErrs(cxt, ruleErrs));
        }
      }
      function validateAsync() {
        const ruleErrs = gen.let("ruleErrs", null);
        gen.try(() => assignValid((0, codegen_1._)`await `), (e) => gen.assign(valid, false).if((0, codegen_1._)`${e} instanceof ${it.ValidationError}`, () => gen.assign(ruleErrs, (0, codegen_1._)`${e}.errors`), () => gen.throw(e)));
        return ruleErrs;
      }
      function validateSync() {
        const validateErrs = (0, codegen_1._)`${validateRef}.errors`;
        gen.assign(validateErrs, null);
        assignValid(codegen_1.nil);
        return validateErrs;
      }
      function assignValid(_await = def.async ? (0, codegen_1._)`await ` : codegen_1.nil) {
        const passCxt = it.opts.passContext ? names_1.default.this : names_1.default.self;
        const passSchema = !("compile" in def && !$data || def.schema === false);
        gen.assign(valid, (0, codegen_1._)`${_await}${(0, code_1.callValidateCode)(cxt, validateRef, passCxt, passSchema)}`, def.modifying);
      }
      function reportErrs(errors) {
        var _a2;
        gen.if((0, codegen_1.not)((_a2 = def.valid) !== null && _a2 !== void 0 ? _a2 : valid), errors);
      }
    }
    exports.funcKeywordCode = funcKeywordCode;
    function modifyData(cxt) {
      const { gen, data, it } = cxt;
      gen.if(it.parentData, () => gen.assign(data, (0, codegen_1._)`${it.parentData}[${it.parentDataProperty}]`));
    }
    function addErrs(cxt, errs) {
      const { gen } = cxt;
      gen.if((0, codegen_1._)`Array.isArray(${errs})`, () => {
        gen.assign(names_1.default.vErrors, (0, codegen_1._)`${names_1.default.vErrors} === null ? ${errs} : ${names_1.default.vErrors}.concat(${errs})`).assign(names_1.default.errors, (0, codegen_1._)`${names_1.default.vErrors}.length`);
        (0, errors_1.extendErrors)(cxt);
      }, () => cxt.error());
    }
    function checkAsyncKeyword({ schemaEnv }, def) {
      if (def.async && !schemaEnv.$async)
        throw new Error("async keyword in sync schema");
    }
    function useKeyword(gen, keyword, result) {
      if (result === void 0)
        throw new Error(`keyword "${keyword}" failed to compile`);
      return gen.scopeValue("keyword", typeof result == "function" ? { ref: result } : { ref: result, code: (0, codegen_1.stringify)(result) });
    }
    function validSchemaType(schema, schemaType, allowUndefined = false) {
      return !schemaType.length || schemaType.some((st) => st === "array" ? Array.isArray(schema) : st === "object" ? schema && typeof schema == "object" && !Array.isArray(schema) : typeof schema == st || allowUndefined && typeof schema == "undefined");
    }
    exports.validSchemaType = validSchemaType;
    function validateKeywordUsage({ schema, opts, self, errSchemaPath }, def, keyword) {
      if (Array.isArray(def.keyword) ? !def.keyword.includes(keyword) : def.keyword !== keyword) {
        throw new Error("ajv implementation error");
      }
      const deps = def.dependencies;
      if (deps === null || deps === void 0 ? void 0 : deps.some((kwd) => !Object.prototype.hasOwnProperty.call(schema, kwd))) {
        throw new Error(`parent schema must have dependencies of ${keyword}: ${deps.join(",")}`);
      }
      if (def.validateSchema) {
        const valid = def.validateSchema(schema[keyword]);
        if (!valid) {
          const msg = `keyword "${keyword}" value is invalid at path "${errSchemaPath}": ` + self.errorsText(def.validateSchema.errors);
          if (opts.validateSchema === "log")
            self.logger.error(msg);
          else
            throw new Error(msg);
        }
      }
    }
    exports.validateKeywordUsage = validateKeywordUsage;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/subschema.js
var require_subschema = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/subschema.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.extendSubschemaMode = exports.extendSubschemaData = exports.getSubschema = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    function getSubschema(it, { keyword, schemaProp, schema, schemaPath, errSchemaPath, topSchemaRef }) {
      if (keyword !== void 0 && schema !== void 0) {
        throw new Error('both "keyword" and "schema" passed, only one allowed');
      }
      if (keyword !== void 0) {
        const sch = it.schema[keyword];
        return schemaProp === void 0 ? {
          schema: sch,
          schemaPath: (0, codegen_1._)`${it.schemaPath}${(0, codegen_1.getProperty)(keyword)}`,
          errSchemaPath: `${it.errSchemaPath}/${keyword}`
        } : {
          schema: sch[schemaProp],
          schemaPath: (0, codegen_1._)`${it.schemaPath}${(0, codegen_1.getProperty)(keyword)}${(0, codegen_1.getProperty)(schemaProp)}`,
          errSchemaPath: `${it.errSchemaPath}/${keyword}/${(0, util_1.escapeFragment)(schemaProp)}`
        };
      }
      if (schema !== void 0) {
        if (schemaPath === void 0 || errSchemaPath === void 0 || topSchemaRef === void 0) {
          throw new Error('"schemaPath", "errSchemaPath" and "topSchemaRef" are required with "schema"');
        }
        return {
          schema,
          schemaPath,
          topSchemaRef,
          errSchemaPath
        };
      }
      throw new Error('either "keyword" or "schema" must be passed');
    }
    exports.getSubschema = getSubschema;
    function extendSubschemaData(subschema, it, { dataProp, dataPropType: dpType, data, dataTypes, propertyName }) {
      if (data !== void 0 && dataProp !== void 0) {
        throw new Error('both "data" and "dataProp" passed, only one allowed');
      }
      const { gen } = it;
      if (dataProp !== void 0) {
        const { errorPath, dataPathArr, opts } = it;
        const nextData = gen.let("data", (0, codegen_1._)`${it.data}${(0, codegen_1.getProperty)(dataProp)}`, true);
        dataContextProps(nextData);
        subschema.errorPath = (0, codegen_1.str)`${errorPath}${(0, util_1.getErrorPath)(dataProp, dpType, opts.jsPropertySyntax)}`;
        subschema.parentDataProperty = (0, codegen_1._)`${dataProp}`;
        subschema.dataPathArr = [...dataPathArr, subschema.parentDataProperty];
      }
      if (data !== void 0) {
        const nextData = data instanceof codegen_1.Name ? data : gen.let("data", data, true);
        dataContextProps(nextData);
        if (propertyName !== void 0)
          subschema.propertyName = propertyName;
      }
      if (dataTypes)
        subschema.dataTypes = dataTypes;
      function dataContextProps(_nextData) {
        subschema.data = _nextData;
        subschema.dataLevel = it.dataLevel + 1;
        subschema.dataTypes = [];
        it.definedProperties = /* @__PURE__ */ new Set();
        subschema.parentData = it.data;
        subschema.dataNames = [...it.dataNames, _nextData];
      }
    }
    exports.extendSubschemaData = extendSubschemaData;
    function extendSubschemaMode(subschema, { jtdDiscriminator, jtdMetadata, compositeRule, createErrors, allErrors }) {
      if (compositeRule !== void 0)
        subschema.compositeRule = compositeRule;
      if (createErrors !== void 0)
        subschema.createErrors = createErrors;
      if (allErrors !== void 0)
        subschema.allErrors = allErrors;
      subschema.jtdDiscriminator = jtdDiscriminator;
      subschema.jtdMetadata = jtdMetadata;
    }
    exports.extendSubschemaMode = extendSubschemaMode;
  }
});

// ../../../work/main/node_modules/fast-deep-equal/index.js
var require_fast_deep_equal = __commonJS({
  "../../../work/main/node_modules/fast-deep-equal/index.js"(exports, module) {
    "use strict";
    module.exports = function equal(a, b) {
      if (a === b) return true;
      if (a && b && typeof a == "object" && typeof b == "object") {
        if (a.constructor !== b.constructor) return false;
        var length, i, keys;
        if (Array.isArray(a)) {
          length = a.length;
          if (length != b.length) return false;
          for (i = length; i-- !== 0; )
            if (!equal(a[i], b[i])) return false;
          return true;
        }
        if (a.constructor === RegExp) return a.source === b.source && a.flags === b.flags;
        if (a.valueOf !== Object.prototype.valueOf) return a.valueOf() === b.valueOf();
        if (a.toString !== Object.prototype.toString) return a.toString() === b.toString();
        keys = Object.keys(a);
        length = keys.length;
        if (length !== Object.keys(b).length) return false;
        for (i = length; i-- !== 0; )
          if (!Object.prototype.hasOwnProperty.call(b, keys[i])) return false;
        for (i = length; i-- !== 0; ) {
          var key2 = keys[i];
          if (!equal(a[key2], b[key2])) return false;
        }
        return true;
      }
      return a !== a && b !== b;
    };
  }
});

// ../../../work/main/node_modules/json-schema-traverse/index.js
var require_json_schema_traverse = __commonJS({
  "../../../work/main/node_modules/json-schema-traverse/index.js"(exports, module) {
    "use strict";
    var traverse = module.exports = function(schema, opts, cb) {
      if (typeof opts == "function") {
        cb = opts;
        opts = {};
      }
      cb = opts.cb || cb;
      var pre = typeof cb == "function" ? cb : cb.pre || function() {
      };
      var post = cb.post || function() {
      };
      _traverse(opts, pre, post, schema, "", schema);
    };
    traverse.keywords = {
      additionalItems: true,
      items: true,
      contains: true,
      additionalProperties: true,
      propertyNames: true,
      not: true,
      if: true,
      then: true,
      else: true
    };
    traverse.arrayKeywords = {
      items: true,
      allOf: true,
      anyOf: true,
      oneOf: true
    };
    traverse.propsKeywords = {
      $defs: true,
      definitions: true,
      properties: true,
      patternProperties: true,
      dependencies: true
    };
    traverse.skipKeywords = {
      default: true,
      enum: true,
      const: true,
      required: true,
      maximum: true,
      minimum: true,
      exclusiveMaximum: true,
      exclusiveMinimum: true,
      multipleOf: true,
      maxLength: true,
      minLength: true,
      pattern: true,
      format: true,
      maxItems: true,
      minItems: true,
      uniqueItems: true,
      maxProperties: true,
      minProperties: true
    };
    function _traverse(opts, pre, post, schema, jsonPtr, rootSchema2, parentJsonPtr, parentKeyword, parentSchema, keyIndex) {
      if (schema && typeof schema == "object" && !Array.isArray(schema)) {
        pre(schema, jsonPtr, rootSchema2, parentJsonPtr, parentKeyword, parentSchema, keyIndex);
        for (var key2 in schema) {
          var sch = schema[key2];
          if (Array.isArray(sch)) {
            if (key2 in traverse.arrayKeywords) {
              for (var i = 0; i < sch.length; i++)
                _traverse(opts, pre, post, sch[i], jsonPtr + "/" + key2 + "/" + i, rootSchema2, jsonPtr, key2, schema, i);
            }
          } else if (key2 in traverse.propsKeywords) {
            if (sch && typeof sch == "object") {
              for (var prop in sch)
                _traverse(opts, pre, post, sch[prop], jsonPtr + "/" + key2 + "/" + escapeJsonPtr(prop), rootSchema2, jsonPtr, key2, schema, prop);
            }
          } else if (key2 in traverse.keywords || opts.allKeys && !(key2 in traverse.skipKeywords)) {
            _traverse(opts, pre, post, sch, jsonPtr + "/" + key2, rootSchema2, jsonPtr, key2, schema);
          }
        }
        post(schema, jsonPtr, rootSchema2, parentJsonPtr, parentKeyword, parentSchema, keyIndex);
      }
    }
    function escapeJsonPtr(str) {
      return str.replace(/~/g, "~0").replace(/\//g, "~1");
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/resolve.js
var require_resolve = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/resolve.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.getSchemaRefs = exports.resolveUrl = exports.normalizeId = exports._getFullPath = exports.getFullPath = exports.inlineRef = void 0;
    var util_1 = require_util();
    var equal = require_fast_deep_equal();
    var traverse = require_json_schema_traverse();
    var SIMPLE_INLINED = /* @__PURE__ */ new Set([
      "type",
      "format",
      "pattern",
      "maxLength",
      "minLength",
      "maxProperties",
      "minProperties",
      "maxItems",
      "minItems",
      "maximum",
      "minimum",
      "uniqueItems",
      "multipleOf",
      "required",
      "enum",
      "const"
    ]);
    function inlineRef(schema, limit = true) {
      if (typeof schema == "boolean")
        return true;
      if (limit === true)
        return !hasRef(schema);
      if (!limit)
        return false;
      return countKeys(schema) <= limit;
    }
    exports.inlineRef = inlineRef;
    var REF_KEYWORDS = /* @__PURE__ */ new Set([
      "$ref",
      "$recursiveRef",
      "$recursiveAnchor",
      "$dynamicRef",
      "$dynamicAnchor"
    ]);
    function hasRef(schema) {
      for (const key2 in schema) {
        if (REF_KEYWORDS.has(key2))
          return true;
        const sch = schema[key2];
        if (Array.isArray(sch) && sch.some(hasRef))
          return true;
        if (typeof sch == "object" && hasRef(sch))
          return true;
      }
      return false;
    }
    function countKeys(schema) {
      let count = 0;
      for (const key2 in schema) {
        if (key2 === "$ref")
          return Infinity;
        count++;
        if (SIMPLE_INLINED.has(key2))
          continue;
        if (typeof schema[key2] == "object") {
          (0, util_1.eachItem)(schema[key2], (sch) => count += countKeys(sch));
        }
        if (count === Infinity)
          return Infinity;
      }
      return count;
    }
    function getFullPath(resolver, id = "", normalize) {
      if (normalize !== false)
        id = normalizeId(id);
      const p = resolver.parse(id);
      return _getFullPath(resolver, p);
    }
    exports.getFullPath = getFullPath;
    function _getFullPath(resolver, p) {
      const serialized = resolver.serialize(p);
      return serialized.split("#")[0] + "#";
    }
    exports._getFullPath = _getFullPath;
    var TRAILING_SLASH_HASH = /#\/?$/;
    function normalizeId(id) {
      return id ? id.replace(TRAILING_SLASH_HASH, "") : "";
    }
    exports.normalizeId = normalizeId;
    function resolveUrl(resolver, baseId, id) {
      id = normalizeId(id);
      return resolver.resolve(baseId, id);
    }
    exports.resolveUrl = resolveUrl;
    var ANCHOR = /^[a-z_][-a-z0-9._]*$/i;
    function getSchemaRefs(schema, baseId) {
      if (typeof schema == "boolean")
        return {};
      const { schemaId, uriResolver } = this.opts;
      const schId = normalizeId(schema[schemaId] || baseId);
      const baseIds = { "": schId };
      const pathPrefix = getFullPath(uriResolver, schId, false);
      const localRefs = {};
      const schemaRefs = /* @__PURE__ */ new Set();
      traverse(schema, { allKeys: true }, (sch, jsonPtr, _, parentJsonPtr) => {
        if (parentJsonPtr === void 0)
          return;
        const fullPath = pathPrefix + jsonPtr;
        let innerBaseId = baseIds[parentJsonPtr];
        if (typeof sch[schemaId] == "string")
          innerBaseId = addRef.call(this, sch[schemaId]);
        addAnchor.call(this, sch.$anchor);
        addAnchor.call(this, sch.$dynamicAnchor);
        baseIds[jsonPtr] = innerBaseId;
        function addRef(ref) {
          const _resolve = this.opts.uriResolver.resolve;
          ref = normalizeId(innerBaseId ? _resolve(innerBaseId, ref) : ref);
          if (schemaRefs.has(ref))
            throw ambiguos(ref);
          schemaRefs.add(ref);
          let schOrRef = this.refs[ref];
          if (typeof schOrRef == "string")
            schOrRef = this.refs[schOrRef];
          if (typeof schOrRef == "object") {
            checkAmbiguosRef(sch, schOrRef.schema, ref);
          } else if (ref !== normalizeId(fullPath)) {
            if (ref[0] === "#") {
              checkAmbiguosRef(sch, localRefs[ref], ref);
              localRefs[ref] = sch;
            } else {
              this.refs[ref] = fullPath;
            }
          }
          return ref;
        }
        function addAnchor(anchor) {
          if (typeof anchor == "string") {
            if (!ANCHOR.test(anchor))
              throw new Error(`invalid anchor "${anchor}"`);
            addRef.call(this, `#${anchor}`);
          }
        }
      });
      return localRefs;
      function checkAmbiguosRef(sch1, sch2, ref) {
        if (sch2 !== void 0 && !equal(sch1, sch2))
          throw ambiguos(ref);
      }
      function ambiguos(ref) {
        return new Error(`reference "${ref}" resolves to more than one schema`);
      }
    }
    exports.getSchemaRefs = getSchemaRefs;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/validate/index.js
var require_validate = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/validate/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.getData = exports.KeywordCxt = exports.validateFunctionCode = void 0;
    var boolSchema_1 = require_boolSchema();
    var dataType_1 = require_dataType();
    var applicability_1 = require_applicability();
    var dataType_2 = require_dataType();
    var defaults_1 = require_defaults();
    var keyword_1 = require_keyword();
    var subschema_1 = require_subschema();
    var codegen_1 = require_codegen();
    var names_1 = require_names();
    var resolve_1 = require_resolve();
    var util_1 = require_util();
    var errors_1 = require_errors();
    function validateFunctionCode(it) {
      if (isSchemaObj(it)) {
        checkKeywords(it);
        if (schemaCxtHasRules(it)) {
          topSchemaObjCode(it);
          return;
        }
      }
      validateFunction(it, () => (0, boolSchema_1.topBoolOrEmptySchema)(it));
    }
    exports.validateFunctionCode = validateFunctionCode;
    function validateFunction({ gen, validateName, schema, schemaEnv, opts }, body) {
      if (opts.code.es5) {
        gen.func(validateName, (0, codegen_1._)`${names_1.default.data}, ${names_1.default.valCxt}`, schemaEnv.$async, () => {
          gen.code((0, codegen_1._)`"use strict"; ${funcSourceUrl(schema, opts)}`);
          destructureValCxtES5(gen, opts);
          gen.code(body);
        });
      } else {
        gen.func(validateName, (0, codegen_1._)`${names_1.default.data}, ${destructureValCxt(opts)}`, schemaEnv.$async, () => gen.code(funcSourceUrl(schema, opts)).code(body));
      }
    }
    function destructureValCxt(opts) {
      return (0, codegen_1._)`{${names_1.default.instancePath}="", ${names_1.default.parentData}, ${names_1.default.parentDataProperty}, ${names_1.default.rootData}=${names_1.default.data}${opts.dynamicRef ? (0, codegen_1._)`, ${names_1.default.dynamicAnchors}={}` : codegen_1.nil}}={}`;
    }
    function destructureValCxtES5(gen, opts) {
      gen.if(names_1.default.valCxt, () => {
        gen.var(names_1.default.instancePath, (0, codegen_1._)`${names_1.default.valCxt}.${names_1.default.instancePath}`);
        gen.var(names_1.default.parentData, (0, codegen_1._)`${names_1.default.valCxt}.${names_1.default.parentData}`);
        gen.var(names_1.default.parentDataProperty, (0, codegen_1._)`${names_1.default.valCxt}.${names_1.default.parentDataProperty}`);
        gen.var(names_1.default.rootData, (0, codegen_1._)`${names_1.default.valCxt}.${names_1.default.rootData}`);
        if (opts.dynamicRef)
          gen.var(names_1.default.dynamicAnchors, (0, codegen_1._)`${names_1.default.valCxt}.${names_1.default.dynamicAnchors}`);
      }, () => {
        gen.var(names_1.default.instancePath, (0, codegen_1._)`""`);
        gen.var(names_1.default.parentData, (0, codegen_1._)`undefined`);
        gen.var(names_1.default.parentDataProperty, (0, codegen_1._)`undefined`);
        gen.var(names_1.default.rootData, names_1.default.data);
        if (opts.dynamicRef)
          gen.var(names_1.default.dynamicAnchors, (0, codegen_1._)`{}`);
      });
    }
    function topSchemaObjCode(it) {
      const { schema, opts, gen } = it;
      validateFunction(it, () => {
        if (opts.$comment && schema.$comment)
          commentKeyword(it);
        checkNoDefault(it);
        gen.let(names_1.default.vErrors, null);
        gen.let(names_1.default.errors, 0);
        if (opts.unevaluated)
          resetEvaluated(it);
        typeAndKeywords(it);
        returnResults(it);
      });
      return;
    }
    function resetEvaluated(it) {
      const { gen, validateName } = it;
      it.evaluated = gen.const("evaluated", (0, codegen_1._)`${validateName}.evaluated`);
      gen.if((0, codegen_1._)`${it.evaluated}.dynamicProps`, () => gen.assign((0, codegen_1._)`${it.evaluated}.props`, (0, codegen_1._)`undefined`));
      gen.if((0, codegen_1._)`${it.evaluated}.dynamicItems`, () => gen.assign((0, codegen_1._)`${it.evaluated}.items`, (0, codegen_1._)`undefined`));
    }
    function funcSourceUrl(schema, opts) {
      const schId = typeof schema == "object" && schema[opts.schemaId];
      return schId && (opts.code.source || opts.code.process) ? (0, codegen_1._)`/*# sourceURL=${schId} */` : codegen_1.nil;
    }
    function subschemaCode(it, valid) {
      if (isSchemaObj(it)) {
        checkKeywords(it);
        if (schemaCxtHasRules(it)) {
          subSchemaObjCode(it, valid);
          return;
        }
      }
      (0, boolSchema_1.boolOrEmptySchema)(it, valid);
    }
    function schemaCxtHasRules({ schema, self }) {
      if (typeof schema == "boolean")
        return !schema;
      for (const key2 in schema)
        if (self.RULES.all[key2])
          return true;
      return false;
    }
    function isSchemaObj(it) {
      return typeof it.schema != "boolean";
    }
    function subSchemaObjCode(it, valid) {
      const { schema, gen, opts } = it;
      if (opts.$comment && schema.$comment)
        commentKeyword(it);
      updateContext(it);
      checkAsyncSchema(it);
      const errsCount = gen.const("_errs", names_1.default.errors);
      typeAndKeywords(it, errsCount);
      gen.var(valid, (0, codegen_1._)`${errsCount} === ${names_1.default.errors}`);
    }
    function checkKeywords(it) {
      (0, util_1.checkUnknownRules)(it);
      checkRefsAndKeywords(it);
    }
    function typeAndKeywords(it, errsCount) {
      if (it.opts.jtd)
        return schemaKeywords(it, [], false, errsCount);
      const types = (0, dataType_1.getSchemaTypes)(it.schema);
      const checkedTypes = (0, dataType_1.coerceAndCheckDataType)(it, types);
      schemaKeywords(it, types, !checkedTypes, errsCount);
    }
    function checkRefsAndKeywords(it) {
      const { schema, errSchemaPath, opts, self } = it;
      if (schema.$ref && opts.ignoreKeywordsWithRef && (0, util_1.schemaHasRulesButRef)(schema, self.RULES)) {
        self.logger.warn(`$ref: keywords ignored in schema at path "${errSchemaPath}"`);
      }
    }
    function checkNoDefault(it) {
      const { schema, opts } = it;
      if (schema.default !== void 0 && opts.useDefaults && opts.strictSchema) {
        (0, util_1.checkStrictMode)(it, "default is ignored in the schema root");
      }
    }
    function updateContext(it) {
      const schId = it.schema[it.opts.schemaId];
      if (schId)
        it.baseId = (0, resolve_1.resolveUrl)(it.opts.uriResolver, it.baseId, schId);
    }
    function checkAsyncSchema(it) {
      if (it.schema.$async && !it.schemaEnv.$async)
        throw new Error("async schema in sync schema");
    }
    function commentKeyword({ gen, schemaEnv, schema, errSchemaPath, opts }) {
      const msg = schema.$comment;
      if (opts.$comment === true) {
        gen.code((0, codegen_1._)`${names_1.default.self}.logger.log(${msg})`);
      } else if (typeof opts.$comment == "function") {
        const schemaPath = (0, codegen_1.str)`${errSchemaPath}/$comment`;
        const rootName = gen.scopeValue("root", { ref: schemaEnv.root });
        gen.code((0, codegen_1._)`${names_1.default.self}.opts.$comment(${msg}, ${schemaPath}, ${rootName}.schema)`);
      }
    }
    function returnResults(it) {
      const { gen, schemaEnv, validateName, ValidationError, opts } = it;
      if (schemaEnv.$async) {
        gen.if((0, codegen_1._)`${names_1.default.errors} === 0`, () => gen.return(names_1.default.data), () => gen.throw((0, codegen_1._)`new ${ValidationError}(${names_1.default.vErrors})`));
      } else {
        gen.assign((0, codegen_1._)`${validateName}.errors`, names_1.default.vErrors);
        if (opts.unevaluated)
          assignEvaluated(it);
        gen.return((0, codegen_1._)`${names_1.default.errors} === 0`);
      }
    }
    function assignEvaluated({ gen, evaluated, props, items }) {
      if (props instanceof codegen_1.Name)
        gen.assign((0, codegen_1._)`${evaluated}.props`, props);
      if (items instanceof codegen_1.Name)
        gen.assign((0, codegen_1._)`${evaluated}.items`, items);
    }
    function schemaKeywords(it, types, typeErrors, errsCount) {
      const { gen, schema, data, allErrors, opts, self } = it;
      const { RULES } = self;
      if (schema.$ref && (opts.ignoreKeywordsWithRef || !(0, util_1.schemaHasRulesButRef)(schema, RULES))) {
        gen.block(() => keywordCode(it, "$ref", RULES.all.$ref.definition));
        return;
      }
      if (!opts.jtd)
        checkStrictTypes(it, types);
      gen.block(() => {
        for (const group of RULES.rules)
          groupKeywords(group);
        groupKeywords(RULES.post);
      });
      function groupKeywords(group) {
        if (!(0, applicability_1.shouldUseGroup)(schema, group))
          return;
        if (group.type) {
          gen.if((0, dataType_2.checkDataType)(group.type, data, opts.strictNumbers));
          iterateKeywords(it, group);
          if (types.length === 1 && types[0] === group.type && typeErrors) {
            gen.else();
            (0, dataType_2.reportTypeError)(it);
          }
          gen.endIf();
        } else {
          iterateKeywords(it, group);
        }
        if (!allErrors)
          gen.if((0, codegen_1._)`${names_1.default.errors} === ${errsCount || 0}`);
      }
    }
    function iterateKeywords(it, group) {
      const { gen, schema, opts: { useDefaults } } = it;
      if (useDefaults)
        (0, defaults_1.assignDefaults)(it, group.type);
      gen.block(() => {
        for (const rule of group.rules) {
          if ((0, applicability_1.shouldUseRule)(schema, rule)) {
            keywordCode(it, rule.keyword, rule.definition, group.type);
          }
        }
      });
    }
    function checkStrictTypes(it, types) {
      if (it.schemaEnv.meta || !it.opts.strictTypes)
        return;
      checkContextTypes(it, types);
      if (!it.opts.allowUnionTypes)
        checkMultipleTypes(it, types);
      checkKeywordTypes(it, it.dataTypes);
    }
    function checkContextTypes(it, types) {
      if (!types.length)
        return;
      if (!it.dataTypes.length) {
        it.dataTypes = types;
        return;
      }
      types.forEach((t) => {
        if (!includesType(it.dataTypes, t)) {
          strictTypesError(it, `type "${t}" not allowed by context "${it.dataTypes.join(",")}"`);
        }
      });
      narrowSchemaTypes(it, types);
    }
    function checkMultipleTypes(it, ts) {
      if (ts.length > 1 && !(ts.length === 2 && ts.includes("null"))) {
        strictTypesError(it, "use allowUnionTypes to allow union type keyword");
      }
    }
    function checkKeywordTypes(it, ts) {
      const rules = it.self.RULES.all;
      for (const keyword in rules) {
        const rule = rules[keyword];
        if (typeof rule == "object" && (0, applicability_1.shouldUseRule)(it.schema, rule)) {
          const { type } = rule.definition;
          if (type.length && !type.some((t) => hasApplicableType(ts, t))) {
            strictTypesError(it, `missing type "${type.join(",")}" for keyword "${keyword}"`);
          }
        }
      }
    }
    function hasApplicableType(schTs, kwdT) {
      return schTs.includes(kwdT) || kwdT === "number" && schTs.includes("integer");
    }
    function includesType(ts, t) {
      return ts.includes(t) || t === "integer" && ts.includes("number");
    }
    function narrowSchemaTypes(it, withTypes) {
      const ts = [];
      for (const t of it.dataTypes) {
        if (includesType(withTypes, t))
          ts.push(t);
        else if (withTypes.includes("integer") && t === "number")
          ts.push("integer");
      }
      it.dataTypes = ts;
    }
    function strictTypesError(it, msg) {
      const schemaPath = it.schemaEnv.baseId + it.errSchemaPath;
      msg += ` at "${schemaPath}" (strictTypes)`;
      (0, util_1.checkStrictMode)(it, msg, it.opts.strictTypes);
    }
    var KeywordCxt = class {
      constructor(it, def, keyword) {
        (0, keyword_1.validateKeywordUsage)(it, def, keyword);
        this.gen = it.gen;
        this.allErrors = it.allErrors;
        this.keyword = keyword;
        this.data = it.data;
        this.schema = it.schema[keyword];
        this.$data = def.$data && it.opts.$data && this.schema && this.schema.$data;
        this.schemaValue = (0, util_1.schemaRefOrVal)(it, this.schema, keyword, this.$data);
        this.schemaType = def.schemaType;
        this.parentSchema = it.schema;
        this.params = {};
        this.it = it;
        this.def = def;
        if (this.$data) {
          this.schemaCode = it.gen.const("vSchema", getData(this.$data, it));
        } else {
          this.schemaCode = this.schemaValue;
          if (!(0, keyword_1.validSchemaType)(this.schema, def.schemaType, def.allowUndefined)) {
            throw new Error(`${keyword} value must be ${JSON.stringify(def.schemaType)}`);
          }
        }
        if ("code" in def ? def.trackErrors : def.errors !== false) {
          this.errsCount = it.gen.const("_errs", names_1.default.errors);
        }
      }
      result(condition2, successAction, failAction) {
        this.failResult((0, codegen_1.not)(condition2), successAction, failAction);
      }
      failResult(condition2, successAction, failAction) {
        this.gen.if(condition2);
        if (failAction)
          failAction();
        else
          this.error();
        if (successAction) {
          this.gen.else();
          successAction();
          if (this.allErrors)
            this.gen.endIf();
        } else {
          if (this.allErrors)
            this.gen.endIf();
          else
            this.gen.else();
        }
      }
      pass(condition2, failAction) {
        this.failResult((0, codegen_1.not)(condition2), void 0, failAction);
      }
      fail(condition2) {
        if (condition2 === void 0) {
          this.error();
          if (!this.allErrors)
            this.gen.if(false);
          return;
        }
        this.gen.if(condition2);
        this.error();
        if (this.allErrors)
          this.gen.endIf();
        else
          this.gen.else();
      }
      fail$data(condition2) {
        if (!this.$data)
          return this.fail(condition2);
        const { schemaCode } = this;
        this.fail((0, codegen_1._)`${schemaCode} !== undefined && (${(0, codegen_1.or)(this.invalid$data(), condition2)})`);
      }
      error(append, errorParams, errorPaths) {
        if (errorParams) {
          this.setParams(errorParams);
          this._error(append, errorPaths);
          this.setParams({});
          return;
        }
        this._error(append, errorPaths);
      }
      _error(append, errorPaths) {
        ;
        (append ? errors_1.reportExtraError : errors_1.reportError)(this, this.def.error, errorPaths);
      }
      $dataError() {
        (0, errors_1.reportError)(this, this.def.$dataError || errors_1.keyword$DataError);
      }
      reset() {
        if (this.errsCount === void 0)
          throw new Error('add "trackErrors" to keyword definition');
        (0, errors_1.resetErrorsCount)(this.gen, this.errsCount);
      }
      ok(cond) {
        if (!this.allErrors)
          this.gen.if(cond);
      }
      setParams(obj, assign2) {
        if (assign2)
          Object.assign(this.params, obj);
        else
          this.params = obj;
      }
      block$data(valid, codeBlock, $dataValid = codegen_1.nil) {
        this.gen.block(() => {
          this.check$data(valid, $dataValid);
          codeBlock();
        });
      }
      check$data(valid = codegen_1.nil, $dataValid = codegen_1.nil) {
        if (!this.$data)
          return;
        const { gen, schemaCode, schemaType, def } = this;
        gen.if((0, codegen_1.or)((0, codegen_1._)`${schemaCode} === undefined`, $dataValid));
        if (valid !== codegen_1.nil)
          gen.assign(valid, true);
        if (schemaType.length || def.validateSchema) {
          gen.elseIf(this.invalid$data());
          this.$dataError();
          if (valid !== codegen_1.nil)
            gen.assign(valid, false);
        }
        gen.else();
      }
      invalid$data() {
        const { gen, schemaCode, schemaType, def, it } = this;
        return (0, codegen_1.or)(wrong$DataType(), invalid$DataSchema());
        function wrong$DataType() {
          if (schemaType.length) {
            if (!(schemaCode instanceof codegen_1.Name))
              throw new Error("ajv implementation error");
            const st = Array.isArray(schemaType) ? schemaType : [schemaType];
            return (0, codegen_1._)`${(0, dataType_2.checkDataTypes)(st, schemaCode, it.opts.strictNumbers, dataType_2.DataType.Wrong)}`;
          }
          return codegen_1.nil;
        }
        function invalid$DataSchema() {
          if (def.validateSchema) {
            const validateSchemaRef = gen.scopeValue("validate$data", { ref: def.validateSchema });
            return (0, codegen_1._)`!${validateSchemaRef}(${schemaCode})`;
          }
          return codegen_1.nil;
        }
      }
      subschema(appl, valid) {
        const subschema = (0, subschema_1.getSubschema)(this.it, appl);
        (0, subschema_1.extendSubschemaData)(subschema, this.it, appl);
        (0, subschema_1.extendSubschemaMode)(subschema, appl);
        const nextContext = { ...this.it, ...subschema, items: void 0, props: void 0 };
        subschemaCode(nextContext, valid);
        return nextContext;
      }
      mergeEvaluated(schemaCxt, toName) {
        const { it, gen } = this;
        if (!it.opts.unevaluated)
          return;
        if (it.props !== true && schemaCxt.props !== void 0) {
          it.props = util_1.mergeEvaluated.props(gen, schemaCxt.props, it.props, toName);
        }
        if (it.items !== true && schemaCxt.items !== void 0) {
          it.items = util_1.mergeEvaluated.items(gen, schemaCxt.items, it.items, toName);
        }
      }
      mergeValidEvaluated(schemaCxt, valid) {
        const { it, gen } = this;
        if (it.opts.unevaluated && (it.props !== true || it.items !== true)) {
          gen.if(valid, () => this.mergeEvaluated(schemaCxt, codegen_1.Name));
          return true;
        }
      }
    };
    exports.KeywordCxt = KeywordCxt;
    function keywordCode(it, keyword, def, ruleType) {
      const cxt = new KeywordCxt(it, def, keyword);
      if ("code" in def) {
        def.code(cxt, ruleType);
      } else if (cxt.$data && def.validate) {
        (0, keyword_1.funcKeywordCode)(cxt, def);
      } else if ("macro" in def) {
        (0, keyword_1.macroKeywordCode)(cxt, def);
      } else if (def.compile || def.validate) {
        (0, keyword_1.funcKeywordCode)(cxt, def);
      }
    }
    var JSON_POINTER = /^\/(?:[^~]|~0|~1)*$/;
    var RELATIVE_JSON_POINTER = /^([0-9]+)(#|\/(?:[^~]|~0|~1)*)?$/;
    function getData($data, { dataLevel, dataNames, dataPathArr }) {
      let jsonPointer;
      let data;
      if ($data === "")
        return names_1.default.rootData;
      if ($data[0] === "/") {
        if (!JSON_POINTER.test($data))
          throw new Error(`Invalid JSON-pointer: ${$data}`);
        jsonPointer = $data;
        data = names_1.default.rootData;
      } else {
        const matches = RELATIVE_JSON_POINTER.exec($data);
        if (!matches)
          throw new Error(`Invalid JSON-pointer: ${$data}`);
        const up = +matches[1];
        jsonPointer = matches[2];
        if (jsonPointer === "#") {
          if (up >= dataLevel)
            throw new Error(errorMsg("property/index", up));
          return dataPathArr[dataLevel - up];
        }
        if (up > dataLevel)
          throw new Error(errorMsg("data", up));
        data = dataNames[dataLevel - up];
        if (!jsonPointer)
          return data;
      }
      let expr = data;
      const segments = jsonPointer.split("/");
      for (const segment of segments) {
        if (segment) {
          data = (0, codegen_1._)`${data}${(0, codegen_1.getProperty)((0, util_1.unescapeJsonPointer)(segment))}`;
          expr = (0, codegen_1._)`${expr} && ${data}`;
        }
      }
      return expr;
      function errorMsg(pointerType, up) {
        return `Cannot access ${pointerType} ${up} levels up, current level is ${dataLevel}`;
      }
    }
    exports.getData = getData;
  }
});

// ../../../work/main/node_modules/ajv/dist/runtime/validation_error.js
var require_validation_error = __commonJS({
  "../../../work/main/node_modules/ajv/dist/runtime/validation_error.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var ValidationError = class extends Error {
      constructor(errors) {
        super("validation failed");
        this.errors = errors;
        this.ajv = this.validation = true;
      }
    };
    exports.default = ValidationError;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/ref_error.js
var require_ref_error = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/ref_error.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var resolve_1 = require_resolve();
    var MissingRefError = class extends Error {
      constructor(resolver, baseId, ref, msg) {
        super(msg || `can't resolve reference ${ref} from id ${baseId}`);
        this.missingRef = (0, resolve_1.resolveUrl)(resolver, baseId, ref);
        this.missingSchema = (0, resolve_1.normalizeId)((0, resolve_1.getFullPath)(resolver, this.missingRef));
      }
    };
    exports.default = MissingRefError;
  }
});

// ../../../work/main/node_modules/ajv/dist/compile/index.js
var require_compile = __commonJS({
  "../../../work/main/node_modules/ajv/dist/compile/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.resolveSchema = exports.getCompilingSchema = exports.resolveRef = exports.compileSchema = exports.SchemaEnv = void 0;
    var codegen_1 = require_codegen();
    var validation_error_1 = require_validation_error();
    var names_1 = require_names();
    var resolve_1 = require_resolve();
    var util_1 = require_util();
    var validate_1 = require_validate();
    var SchemaEnv = class {
      constructor(env) {
        var _a;
        this.refs = {};
        this.dynamicAnchors = {};
        let schema;
        if (typeof env.schema == "object")
          schema = env.schema;
        this.schema = env.schema;
        this.schemaId = env.schemaId;
        this.root = env.root || this;
        this.baseId = (_a = env.baseId) !== null && _a !== void 0 ? _a : (0, resolve_1.normalizeId)(schema === null || schema === void 0 ? void 0 : schema[env.schemaId || "$id"]);
        this.schemaPath = env.schemaPath;
        this.localRefs = env.localRefs;
        this.meta = env.meta;
        this.$async = schema === null || schema === void 0 ? void 0 : schema.$async;
        this.refs = {};
      }
    };
    exports.SchemaEnv = SchemaEnv;
    function compileSchema(sch) {
      const _sch = getCompilingSchema.call(this, sch);
      if (_sch)
        return _sch;
      const rootId = (0, resolve_1.getFullPath)(this.opts.uriResolver, sch.root.baseId);
      const { es5, lines } = this.opts.code;
      const { ownProperties } = this.opts;
      const gen = new codegen_1.CodeGen(this.scope, { es5, lines, ownProperties });
      let _ValidationError;
      if (sch.$async) {
        _ValidationError = gen.scopeValue("Error", {
          ref: validation_error_1.default,
          code: (0, codegen_1._)`require("ajv/dist/runtime/validation_error").default`
        });
      }
      const validateName = gen.scopeName("validate");
      sch.validateName = validateName;
      const schemaCxt = {
        gen,
        allErrors: this.opts.allErrors,
        data: names_1.default.data,
        parentData: names_1.default.parentData,
        parentDataProperty: names_1.default.parentDataProperty,
        dataNames: [names_1.default.data],
        dataPathArr: [codegen_1.nil],
        // TODO can its length be used as dataLevel if nil is removed?
        dataLevel: 0,
        dataTypes: [],
        definedProperties: /* @__PURE__ */ new Set(),
        topSchemaRef: gen.scopeValue("schema", this.opts.code.source === true ? { ref: sch.schema, code: (0, codegen_1.stringify)(sch.schema) } : { ref: sch.schema }),
        validateName,
        ValidationError: _ValidationError,
        schema: sch.schema,
        schemaEnv: sch,
        rootId,
        baseId: sch.baseId || rootId,
        schemaPath: codegen_1.nil,
        errSchemaPath: sch.schemaPath || (this.opts.jtd ? "" : "#"),
        errorPath: (0, codegen_1._)`""`,
        opts: this.opts,
        self: this
      };
      let sourceCode;
      try {
        this._compilations.add(sch);
        (0, validate_1.validateFunctionCode)(schemaCxt);
        gen.optimize(this.opts.code.optimize);
        const validateCode = gen.toString();
        sourceCode = `${gen.scopeRefs(names_1.default.scope)}return ${validateCode}`;
        if (this.opts.code.process)
          sourceCode = this.opts.code.process(sourceCode, sch);
        const makeValidate = new Function(`${names_1.default.self}`, `${names_1.default.scope}`, sourceCode);
        const validate = makeValidate(this, this.scope.get());
        this.scope.value(validateName, { ref: validate });
        validate.errors = null;
        validate.schema = sch.schema;
        validate.schemaEnv = sch;
        if (sch.$async)
          validate.$async = true;
        if (this.opts.code.source === true) {
          validate.source = { validateName, validateCode, scopeValues: gen._values };
        }
        if (this.opts.unevaluated) {
          const { props, items } = schemaCxt;
          validate.evaluated = {
            props: props instanceof codegen_1.Name ? void 0 : props,
            items: items instanceof codegen_1.Name ? void 0 : items,
            dynamicProps: props instanceof codegen_1.Name,
            dynamicItems: items instanceof codegen_1.Name
          };
          if (validate.source)
            validate.source.evaluated = (0, codegen_1.stringify)(validate.evaluated);
        }
        sch.validate = validate;
        return sch;
      } catch (e) {
        delete sch.validate;
        delete sch.validateName;
        if (sourceCode)
          this.logger.error("Error compiling schema, function code:", sourceCode);
        throw e;
      } finally {
        this._compilations.delete(sch);
      }
    }
    exports.compileSchema = compileSchema;
    function resolveRef(root, baseId, ref) {
      var _a;
      ref = (0, resolve_1.resolveUrl)(this.opts.uriResolver, baseId, ref);
      const schOrFunc = root.refs[ref];
      if (schOrFunc)
        return schOrFunc;
      let _sch = resolve.call(this, root, ref);
      if (_sch === void 0) {
        const schema = (_a = root.localRefs) === null || _a === void 0 ? void 0 : _a[ref];
        const { schemaId } = this.opts;
        if (schema)
          _sch = new SchemaEnv({ schema, schemaId, root, baseId });
      }
      if (_sch === void 0)
        return;
      return root.refs[ref] = inlineOrCompile.call(this, _sch);
    }
    exports.resolveRef = resolveRef;
    function inlineOrCompile(sch) {
      if ((0, resolve_1.inlineRef)(sch.schema, this.opts.inlineRefs))
        return sch.schema;
      return sch.validate ? sch : compileSchema.call(this, sch);
    }
    function getCompilingSchema(schEnv) {
      for (const sch of this._compilations) {
        if (sameSchemaEnv(sch, schEnv))
          return sch;
      }
    }
    exports.getCompilingSchema = getCompilingSchema;
    function sameSchemaEnv(s1, s2) {
      return s1.schema === s2.schema && s1.root === s2.root && s1.baseId === s2.baseId;
    }
    function resolve(root, ref) {
      let sch;
      while (typeof (sch = this.refs[ref]) == "string")
        ref = sch;
      return sch || this.schemas[ref] || resolveSchema.call(this, root, ref);
    }
    function resolveSchema(root, ref) {
      const p = this.opts.uriResolver.parse(ref);
      const refPath = (0, resolve_1._getFullPath)(this.opts.uriResolver, p);
      let baseId = (0, resolve_1.getFullPath)(this.opts.uriResolver, root.baseId, void 0);
      if (Object.keys(root.schema).length > 0 && refPath === baseId) {
        return getJsonPointer.call(this, p, root);
      }
      const id = (0, resolve_1.normalizeId)(refPath);
      const schOrRef = this.refs[id] || this.schemas[id];
      if (typeof schOrRef == "string") {
        const sch = resolveSchema.call(this, root, schOrRef);
        if (typeof (sch === null || sch === void 0 ? void 0 : sch.schema) !== "object")
          return;
        return getJsonPointer.call(this, p, sch);
      }
      if (typeof (schOrRef === null || schOrRef === void 0 ? void 0 : schOrRef.schema) !== "object")
        return;
      if (!schOrRef.validate)
        compileSchema.call(this, schOrRef);
      if (id === (0, resolve_1.normalizeId)(ref)) {
        const { schema } = schOrRef;
        const { schemaId } = this.opts;
        const schId = schema[schemaId];
        if (schId)
          baseId = (0, resolve_1.resolveUrl)(this.opts.uriResolver, baseId, schId);
        return new SchemaEnv({ schema, schemaId, root, baseId });
      }
      return getJsonPointer.call(this, p, schOrRef);
    }
    exports.resolveSchema = resolveSchema;
    var PREVENT_SCOPE_CHANGE = /* @__PURE__ */ new Set([
      "properties",
      "patternProperties",
      "enum",
      "dependencies",
      "definitions"
    ]);
    function getJsonPointer(parsedRef, { baseId, schema, root }) {
      var _a;
      if (((_a = parsedRef.fragment) === null || _a === void 0 ? void 0 : _a[0]) !== "/")
        return;
      for (const part of parsedRef.fragment.slice(1).split("/")) {
        if (typeof schema === "boolean")
          return;
        const partSchema = schema[(0, util_1.unescapeFragment)(part)];
        if (partSchema === void 0)
          return;
        schema = partSchema;
        const schId = typeof schema === "object" && schema[this.opts.schemaId];
        if (!PREVENT_SCOPE_CHANGE.has(part) && schId) {
          baseId = (0, resolve_1.resolveUrl)(this.opts.uriResolver, baseId, schId);
        }
      }
      let env;
      if (typeof schema != "boolean" && schema.$ref && !(0, util_1.schemaHasRulesButRef)(schema, this.RULES)) {
        const $ref = (0, resolve_1.resolveUrl)(this.opts.uriResolver, baseId, schema.$ref);
        env = resolveSchema.call(this, root, $ref);
      }
      const { schemaId } = this.opts;
      env = env || new SchemaEnv({ schema, schemaId, root, baseId });
      if (env.schema !== env.root.schema)
        return env;
      return void 0;
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/refs/data.json
var require_data = __commonJS({
  "../../../work/main/node_modules/ajv/dist/refs/data.json"(exports, module) {
    module.exports = {
      $id: "https://raw.githubusercontent.com/ajv-validator/ajv/master/lib/refs/data.json#",
      description: "Meta-schema for $data reference (JSON AnySchema extension proposal)",
      type: "object",
      required: ["$data"],
      properties: {
        $data: {
          type: "string",
          anyOf: [{ format: "relative-json-pointer" }, { format: "json-pointer" }]
        }
      },
      additionalProperties: false
    };
  }
});

// ../../../work/main/node_modules/fast-uri/lib/utils.js
var require_utils = __commonJS({
  "../../../work/main/node_modules/fast-uri/lib/utils.js"(exports, module) {
    "use strict";
    var isUUID = RegExp.prototype.test.bind(/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/iu);
    var isIPv4 = RegExp.prototype.test.bind(/^(?:(?:25[0-5]|2[0-4]\d|1\d{2}|[1-9]\d|\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d{2}|[1-9]\d|\d)$/u);
    var isPort = RegExp.prototype.test.bind(/^\d*$/u);
    var isHexPair = RegExp.prototype.test.bind(/^[\da-f]{2}$/iu);
    var isUnreserved = RegExp.prototype.test.bind(/^[\da-z\-._~]$/iu);
    var isPathCharacter = RegExp.prototype.test.bind(/^[A-Za-z0-9\-._~!$&'()*+,;=:@/]$/u);
    var isQueryFragmentCharacter = RegExp.prototype.test.bind(/^[A-Za-z0-9\-._~!$&'()*+,;=:@/?]$/u);
    var isUserinfoCharacter = RegExp.prototype.test.bind(/^[A-Za-z0-9\-._~!$&'()*+,;=:]$/u);
    var BYTE_HEX = new Array(256);
    {
      const HEX_DIGITS = "0123456789ABCDEF";
      for (let i = 0; i < 256; i++) {
        BYTE_HEX[i] = "%" + HEX_DIGITS[i >> 4] + HEX_DIGITS[i & 15];
      }
    }
    function percentEncodeNonAscii(cp) {
      if (cp < 2048) {
        return BYTE_HEX[192 | cp >> 6] + BYTE_HEX[128 | cp & 63];
      }
      if (cp < 65536) {
        return BYTE_HEX[224 | cp >> 12] + BYTE_HEX[128 | cp >> 6 & 63] + BYTE_HEX[128 | cp & 63];
      }
      return BYTE_HEX[240 | cp >> 18] + BYTE_HEX[128 | cp >> 12 & 63] + BYTE_HEX[128 | cp >> 6 & 63] + BYTE_HEX[128 | cp & 63];
    }
    function stringArrayToHexStripped(input) {
      let acc = "";
      let code = 0;
      let i = 0;
      for (i = 0; i < input.length; i++) {
        code = input[i].charCodeAt(0);
        if (code === 48) {
          continue;
        }
        if (!(code >= 48 && code <= 57 || code >= 65 && code <= 70 || code >= 97 && code <= 102)) {
          return "";
        }
        acc += input[i];
        break;
      }
      for (i += 1; i < input.length; i++) {
        code = input[i].charCodeAt(0);
        if (!(code >= 48 && code <= 57 || code >= 65 && code <= 70 || code >= 97 && code <= 102)) {
          return "";
        }
        acc += input[i];
      }
      return acc;
    }
    var isHextet = RegExp.prototype.test.bind(/^[\dA-Fa-f]{1,4}$/);
    var isIPvFuture = RegExp.prototype.test.bind(/^[vV][\dA-Fa-f]+\.[A-Za-z\d\-._~!$&'()*+,;=:]+$/);
    var isZoneCharacter = RegExp.prototype.test.bind(/^[A-Za-z\d\-._~]$/);
    var nonSimpleDomain = RegExp.prototype.test.bind(/[^!"$&'()*+,\-.;=_`a-z{}~]/u);
    function isZoneIdentifier(zone) {
      if (zone.length === 0) return false;
      for (let i = 0; i < zone.length; i++) {
        if (isZoneCharacter(zone[i])) continue;
        if (zone[i] === "%" && i + 2 < zone.length && isHexPair(zone.slice(i + 1, i + 3))) {
          i += 2;
          continue;
        }
        return false;
      }
      return true;
    }
    function compressIPv6ZeroRun(hextets) {
      let bestStart = -1;
      let bestLength = 0;
      let runStart = -1;
      let runLength = 0;
      for (let i = 0; i < hextets.length; i++) {
        if (hextets[i] === "0") {
          if (runStart === -1) runStart = i;
          runLength++;
          if (runLength > bestLength) {
            bestLength = runLength;
            bestStart = runStart;
          }
        } else {
          runStart = -1;
          runLength = 0;
        }
      }
      if (bestLength < 2) return hextets.join(":");
      const head = hextets.slice(0, bestStart).join(":");
      const tail = hextets.slice(bestStart + bestLength).join(":");
      return head + "::" + tail;
    }
    function normalizeIPv6Address(input) {
      const compression = input.indexOf("::");
      if (compression !== -1 && input.indexOf("::", compression + 1) !== -1) return void 0;
      const left = compression === -1 ? input.split(":") : input.slice(0, compression).split(":");
      const right = compression === -1 ? [] : input.slice(compression + 2).split(":");
      if (compression !== -1) {
        if (left.length === 1 && left[0] === "") left.length = 0;
        if (right.length === 1 && right[0] === "") right.length = 0;
      }
      const parts = left.concat(right);
      let hextetCount = 0;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i];
        if (part === "") return void 0;
        if (part.indexOf(".") !== -1) {
          if (i !== parts.length - 1 || compression !== -1 && right.length === 0 || !isIPv4(part)) return void 0;
          hextetCount += 2;
          continue;
        }
        if (!isHextet(part)) return void 0;
        parts[i] = parseInt(part, 16).toString(16);
        hextetCount++;
      }
      if (compression === -1) {
        if (hextetCount !== 8) return void 0;
        return compressIPv6ZeroRun(parts);
      }
      if (hextetCount >= 8) return void 0;
      const expanded = parts.slice(0, left.length);
      for (let i = hextetCount; i < 8; i++) expanded.push("0");
      for (let i = left.length; i < parts.length; i++) expanded.push(parts[i]);
      return compressIPv6ZeroRun(expanded);
    }
    function normalizeIPv6(host) {
      const bracketed = host[0] === "[" && host[host.length - 1] === "]";
      const hasBracket = host[0] === "[" || host[host.length - 1] === "]";
      if (hasBracket && !bracketed) return { host, isIPV6: false, error: true };
      let input = bracketed ? host.slice(1, -1) : host;
      if (bracketed && isIPvFuture(input)) {
        input = input.toLowerCase();
        return { host: `[${input}]`, escapedHost: input, isIPV6: false, isIPVFuture: true };
      }
      if (findToken(input, ":") < 2) {
        return { host, isIPV6: false, error: bracketed };
      }
      let zoneIdentifier = "";
      const zoneSeparator = input.indexOf("%");
      if (zoneSeparator !== -1) {
        const separatorLength = input.slice(zoneSeparator, zoneSeparator + 3).toLowerCase() === "%25" ? 3 : 1;
        zoneIdentifier = input.slice(zoneSeparator + separatorLength);
        if (!isZoneIdentifier(zoneIdentifier)) return { host, isIPV6: false, error: true };
        input = input.slice(0, zoneSeparator);
      }
      const address = normalizeIPv6Address(input);
      if (address === void 0) return { host, isIPV6: false, error: true };
      return {
        host: address + (zoneIdentifier ? "%" + zoneIdentifier : ""),
        escapedHost: address + (zoneIdentifier ? "%25" + zoneIdentifier : ""),
        isIPV6: true
      };
    }
    function findToken(str, token) {
      let ind = 0;
      for (let i = 0; i < str.length; i++) {
        if (str[i] === token) ind++;
      }
      return ind;
    }
    function removeDotSegments(path) {
      let input = path;
      const output = [];
      let nextSlash = -1;
      let len = 0;
      while (len = input.length) {
        if (len === 1) {
          if (input === ".") {
            break;
          } else if (input === "/") {
            output.push("/");
            break;
          } else {
            output.push(input);
            break;
          }
        } else if (len === 2) {
          if (input[0] === ".") {
            if (input[1] === ".") {
              break;
            } else if (input[1] === "/") {
              input = input.slice(2);
              continue;
            }
          } else if (input[0] === "/") {
            if (input[1] === "." || input[1] === "/") {
              output.push("/");
              break;
            }
          }
        } else if (len === 3) {
          if (input === "/..") {
            if (output.length !== 0) {
              output.pop();
            }
            output.push("/");
            break;
          }
        }
        if (input[0] === ".") {
          if (input[1] === ".") {
            if (input[2] === "/") {
              input = input.slice(3);
              continue;
            }
          } else if (input[1] === "/") {
            input = input.slice(2);
            continue;
          }
        } else if (input[0] === "/") {
          if (input[1] === ".") {
            if (input[2] === "/") {
              input = input.slice(2);
              continue;
            } else if (input[2] === ".") {
              if (input[3] === "/") {
                input = input.slice(3);
                if (output.length !== 0) {
                  output.pop();
                }
                continue;
              }
            }
          }
        }
        if ((nextSlash = input.indexOf("/", 1)) === -1) {
          output.push(input);
          break;
        } else {
          output.push(input.slice(0, nextSlash));
          input = input.slice(nextSlash);
        }
      }
      return output.join("");
    }
    function removeDotSegmentsRelative(path) {
      if (path === "" || path[0] === "/") {
        return removeDotSegments(path);
      }
      const segments = path.split("/");
      const last = segments.length - 1;
      const output = [];
      let trailingDirectory = false;
      for (let i = 0; i <= last; i++) {
        const segment = segments[i];
        if (segment === "." || segment === "..") {
          if (segment === "..") {
            if (output.length !== 0 && output[output.length - 1] !== "..") {
              output.pop();
            } else {
              output.push("..");
            }
          }
          trailingDirectory = i === last;
        } else {
          output.push(segment);
        }
      }
      if (trailingDirectory && output[output.length - 1] !== "..") {
        output.push("");
      }
      if (output.length === 0 || output[0] === "" || output[0].includes(":")) {
        output.unshift(".");
      }
      return output.join("/");
    }
    var HOST_DELIMS = { "@": "%40", "/": "%2F", "?": "%3F", "#": "%23", ":": "%3A" };
    var HOST_DELIM_RE = /[@/?#:]/g;
    var HOST_DELIM_NO_COLON_RE = /[@/?#]/g;
    function reescapeHostDelimiters(host, isIP2) {
      const re = isIP2 ? HOST_DELIM_NO_COLON_RE : HOST_DELIM_RE;
      re.lastIndex = 0;
      return host.replace(re, (ch) => HOST_DELIMS[ch]);
    }
    function normalizePercentEncoding(input, decodeUnreserved = false) {
      if (input.indexOf("%") === -1) {
        return input;
      }
      let output = "";
      for (let i = 0; i < input.length; i++) {
        if (input[i] === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            const normalizedHex = hex.toUpperCase();
            const decoded2 = String.fromCharCode(parseInt(normalizedHex, 16));
            if (decodeUnreserved && isUnreserved(decoded2)) {
              output += decoded2;
            } else {
              output += "%" + normalizedHex;
            }
            i += 2;
            continue;
          }
        }
        output += input[i];
      }
      return output;
    }
    function normalizePathEncoding(input) {
      let output = "";
      for (let i = 0; i < input.length; i++) {
        const ch = input[i];
        if (ch === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            const normalizedHex = hex.toUpperCase();
            const decoded2 = String.fromCharCode(parseInt(normalizedHex, 16));
            if (decoded2 !== "." && isUnreserved(decoded2)) {
              output += decoded2;
            } else {
              output += "%" + normalizedHex;
            }
            i += 2;
            continue;
          }
        }
        if (isPathCharacter(ch)) {
          output += ch;
        } else {
          const code = input.charCodeAt(i);
          if (code < 128) {
            output += isEscapeSafe(code) ? ch : BYTE_HEX[code];
          } else if (code < 55296 || code > 57343) {
            output += percentEncodeNonAscii(code);
          } else if (code <= 56319 && i + 1 < input.length) {
            const low = input.charCodeAt(i + 1);
            if (low >= 56320 && low <= 57343) {
              output += percentEncodeNonAscii(65536 + (code - 55296 << 10) + (low - 56320));
              i++;
            } else {
              output += percentEncodeNonAscii(65533);
            }
          } else {
            output += percentEncodeNonAscii(65533);
          }
        }
      }
      return output;
    }
    function serializePathEncoding(input, pathNoScheme = false) {
      let output = "";
      let firstSegment = pathNoScheme && input[0] !== "/";
      for (let i = 0; i < input.length; i++) {
        const ch = input[i];
        if (ch === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            output += "%" + hex.toUpperCase();
            i += 2;
            continue;
          }
        }
        if (ch === "/") {
          firstSegment = false;
        }
        if (isPathCharacter(ch) && (ch !== ":" || !firstSegment)) {
          output += ch;
        } else {
          const code = input.charCodeAt(i);
          if (code < 128) {
            output += BYTE_HEX[code];
          } else if (code < 55296 || code > 57343) {
            output += percentEncodeNonAscii(code);
          } else if (code <= 56319 && i + 1 < input.length) {
            const low = input.charCodeAt(i + 1);
            if (low >= 56320 && low <= 57343) {
              output += percentEncodeNonAscii(65536 + (code - 55296 << 10) + (low - 56320));
              i++;
            } else {
              output += percentEncodeNonAscii(65533);
            }
          } else {
            output += percentEncodeNonAscii(65533);
          }
        }
      }
      return output;
    }
    function encodeComponent(input, isAllowed) {
      let output = "";
      for (let i = 0; i < input.length; i++) {
        const ch = input[i];
        if (ch === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            output += "%" + hex.toUpperCase();
            i += 2;
            continue;
          }
        }
        if (isAllowed(ch)) {
          output += ch;
        } else {
          const code = input.charCodeAt(i);
          if (code < 128) {
            output += BYTE_HEX[code];
          } else if (code < 55296 || code > 57343) {
            output += percentEncodeNonAscii(code);
          } else if (code <= 56319 && i + 1 < input.length) {
            const low = input.charCodeAt(i + 1);
            if (low >= 56320 && low <= 57343) {
              output += percentEncodeNonAscii(65536 + (code - 55296 << 10) + (low - 56320));
              i++;
            } else {
              output += percentEncodeNonAscii(65533);
            }
          } else {
            output += percentEncodeNonAscii(65533);
          }
        }
      }
      return output;
    }
    function encodeUserinfo(input) {
      return encodeComponent(input, isUserinfoCharacter);
    }
    function encodeQuery(input) {
      return encodeComponent(input, isQueryFragmentCharacter);
    }
    function encodeFragment(input) {
      return encodeComponent(input, isQueryFragmentCharacter);
    }
    function isEscapeSafe(cp) {
      return cp >= 48 && cp <= 57 || cp >= 65 && cp <= 90 || cp >= 97 && cp <= 122 || cp === 42 || cp === 43 || cp === 45 || cp === 46 || cp === 47 || cp === 64 || cp === 95;
    }
    function normalizeQueryFragmentEncoding(input) {
      let output = "";
      for (let i = 0; i < input.length; i++) {
        const ch = input[i];
        if (ch === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            const normalizedHex = hex.toUpperCase();
            const decoded2 = String.fromCharCode(parseInt(normalizedHex, 16));
            if (isUnreserved(decoded2)) {
              output += decoded2;
            } else {
              output += "%" + normalizedHex;
            }
            i += 2;
            continue;
          }
        }
        if (isQueryFragmentCharacter(ch)) {
          output += ch;
        } else {
          const code = input.charCodeAt(i);
          if (code < 128) {
            output += isEscapeSafe(code) ? ch : BYTE_HEX[code];
          } else if (code < 55296 || code > 57343) {
            output += percentEncodeNonAscii(code);
          } else if (code <= 56319 && i + 1 < input.length) {
            const low = input.charCodeAt(i + 1);
            if (low >= 56320 && low <= 57343) {
              output += percentEncodeNonAscii(65536 + (code - 55296 << 10) + (low - 56320));
              i++;
            } else {
              output += percentEncodeNonAscii(65533);
            }
          } else {
            output += percentEncodeNonAscii(65533);
          }
        }
      }
      return output;
    }
    function escapePreservingEscapes(input) {
      let output = "";
      for (let i = 0; i < input.length; i++) {
        if (input[i] === "%" && i + 2 < input.length) {
          const hex = input.slice(i + 1, i + 3);
          if (isHexPair(hex)) {
            output += "%" + hex.toUpperCase();
            i += 2;
            continue;
          }
        }
        output += escape(input[i]);
      }
      return output;
    }
    function recomposeAuthority(component) {
      const uriTokens = [];
      if (component.userinfo !== void 0) {
        uriTokens.push(encodeUserinfo(component.userinfo));
        uriTokens.push("@");
      }
      if (component.host !== void 0) {
        let host = component.host;
        if (!isIPv4(host)) {
          let ipV6res = normalizeIPv6(host);
          if (ipV6res.isIPV6 !== true && ipV6res.isIPVFuture !== true) {
            host = normalizePercentEncoding(host, true);
            ipV6res = normalizeIPv6(host);
          }
          if (ipV6res.isIPV6 === true || ipV6res.isIPVFuture === true) {
            host = `[${ipV6res.escapedHost}]`;
          } else {
            host = reescapeHostDelimiters(host, false);
          }
        }
        uriTokens.push(host);
      }
      if (typeof component.port === "number" || typeof component.port === "string") {
        const port = String(component.port);
        if (!isPort(port)) {
          throw new TypeError("URI port is malformed.");
        }
        uriTokens.push(":");
        uriTokens.push(port);
      }
      return uriTokens.length ? uriTokens.join("") : void 0;
    }
    module.exports = {
      nonSimpleDomain,
      recomposeAuthority,
      reescapeHostDelimiters,
      normalizePercentEncoding,
      normalizePathEncoding,
      serializePathEncoding,
      normalizeQueryFragmentEncoding,
      encodeUserinfo,
      encodeQuery,
      encodeFragment,
      escapePreservingEscapes,
      removeDotSegments,
      removeDotSegmentsRelative,
      isIPv4,
      isUUID,
      normalizeIPv6,
      stringArrayToHexStripped
    };
  }
});

// ../../../work/main/node_modules/fast-uri/lib/schemes.js
var require_schemes = __commonJS({
  "../../../work/main/node_modules/fast-uri/lib/schemes.js"(exports, module) {
    "use strict";
    var { isUUID } = require_utils();
    var URN_REG = /^([\da-z][\d\-a-z]{0,31}):((?:[\w!$'()*+,\-./:;=@]|%[\da-f]{2})+)$/iu;
    var supportedSchemeNames = (
      /** @type {const} */
      [
        "http",
        "https",
        "ws",
        "wss",
        "urn",
        "urn:uuid"
      ]
    );
    function isValidSchemeName(name) {
      return supportedSchemeNames.indexOf(
        /** @type {*} */
        name
      ) !== -1;
    }
    function wsIsSecure(wsComponent) {
      if (wsComponent.secure === true) {
        return true;
      } else if (wsComponent.secure === false) {
        return false;
      } else if (wsComponent.scheme) {
        return wsComponent.scheme.length === 3 && (wsComponent.scheme[0] === "w" || wsComponent.scheme[0] === "W") && (wsComponent.scheme[1] === "s" || wsComponent.scheme[1] === "S") && (wsComponent.scheme[2] === "s" || wsComponent.scheme[2] === "S");
      } else {
        return false;
      }
    }
    function httpParse(component) {
      if (!component.host) {
        component.error = component.error || "HTTP URIs must have a host.";
      }
      return component;
    }
    function httpSerialize(component) {
      const secure = String(component.scheme).toLowerCase() === "https";
      if (component.port === (secure ? 443 : 80) || component.port === "") {
        component.port = void 0;
      }
      if (!component.path) {
        component.path = "/";
      }
      return component;
    }
    function wsParse(wsComponent) {
      wsComponent.secure = wsIsSecure(wsComponent);
      wsComponent.resourceName = (wsComponent.path || "/") + (wsComponent.query ? "?" + wsComponent.query : "");
      wsComponent.path = void 0;
      wsComponent.query = void 0;
      return wsComponent;
    }
    function wsSerialize(wsComponent) {
      if (wsComponent.port === (wsIsSecure(wsComponent) ? 443 : 80) || wsComponent.port === "") {
        wsComponent.port = void 0;
      }
      if (typeof wsComponent.secure === "boolean") {
        wsComponent.scheme = wsComponent.secure ? "wss" : "ws";
        wsComponent.secure = void 0;
      }
      if (wsComponent.resourceName) {
        const queryIndex = wsComponent.resourceName.indexOf("?");
        const path = queryIndex === -1 ? wsComponent.resourceName : wsComponent.resourceName.slice(0, queryIndex);
        wsComponent.path = path && path !== "/" ? path : void 0;
        wsComponent.query = queryIndex === -1 ? void 0 : wsComponent.resourceName.slice(queryIndex + 1);
        wsComponent.resourceName = void 0;
      }
      wsComponent.fragment = void 0;
      return wsComponent;
    }
    function urnParse(urnComponent, options) {
      if (!urnComponent.path) {
        urnComponent.error = "URN can not be parsed";
        return urnComponent;
      }
      const matches = urnComponent.path.match(URN_REG);
      if (matches && matches[0] === urnComponent.path) {
        const scheme = options.scheme || urnComponent.scheme || "urn";
        urnComponent.nid = matches[1].toLowerCase();
        urnComponent.nss = matches[2];
        const urnScheme = `${scheme}:${options.nid || urnComponent.nid}`;
        const schemeHandler = getSchemeHandler(urnScheme);
        urnComponent.path = void 0;
        if (schemeHandler) {
          urnComponent = schemeHandler.parse(urnComponent, options);
        }
      } else {
        urnComponent.error = urnComponent.error || "URN can not be parsed.";
      }
      return urnComponent;
    }
    function urnSerialize(urnComponent, options) {
      if (urnComponent.nid === void 0) {
        throw new Error("URN without nid cannot be serialized");
      }
      const scheme = options.scheme || urnComponent.scheme || "urn";
      const nid = urnComponent.nid.toLowerCase();
      const urnScheme = `${scheme}:${options.nid || nid}`;
      const schemeHandler = getSchemeHandler(urnScheme);
      if (schemeHandler) {
        urnComponent = schemeHandler.serialize(urnComponent, options);
      }
      const uriComponent = urnComponent;
      const nss = urnComponent.nss;
      uriComponent.path = `${nid || options.nid}:${nss}`;
      options.skipEscape = true;
      return uriComponent;
    }
    function urnuuidParse(urnComponent, options) {
      const uuidComponent = urnComponent;
      uuidComponent.uuid = uuidComponent.nss;
      uuidComponent.nss = void 0;
      if (!options.tolerant && (!uuidComponent.uuid || !isUUID(uuidComponent.uuid))) {
        uuidComponent.error = uuidComponent.error || "UUID is not valid.";
      }
      return uuidComponent;
    }
    function urnuuidSerialize(uuidComponent) {
      const urnComponent = uuidComponent;
      urnComponent.nss = (uuidComponent.uuid || "").toLowerCase();
      return urnComponent;
    }
    var http = (
      /** @type {SchemeHandler} */
      {
        scheme: "http",
        domainHost: true,
        parse: httpParse,
        serialize: httpSerialize
      }
    );
    var https = (
      /** @type {SchemeHandler} */
      {
        scheme: "https",
        domainHost: http.domainHost,
        parse: httpParse,
        serialize: httpSerialize
      }
    );
    var ws = (
      /** @type {SchemeHandler} */
      {
        scheme: "ws",
        domainHost: true,
        parse: wsParse,
        serialize: wsSerialize
      }
    );
    var wss = (
      /** @type {SchemeHandler} */
      {
        scheme: "wss",
        domainHost: ws.domainHost,
        parse: ws.parse,
        serialize: ws.serialize
      }
    );
    var urn = (
      /** @type {SchemeHandler} */
      {
        scheme: "urn",
        parse: urnParse,
        serialize: urnSerialize,
        skipNormalize: true
      }
    );
    var urnuuid = (
      /** @type {SchemeHandler} */
      {
        scheme: "urn:uuid",
        parse: urnuuidParse,
        serialize: urnuuidSerialize,
        skipNormalize: true
      }
    );
    var SCHEMES = (
      /** @type {Record<SchemeName, SchemeHandler>} */
      {
        http,
        https,
        ws,
        wss,
        urn,
        "urn:uuid": urnuuid
      }
    );
    Object.setPrototypeOf(SCHEMES, null);
    function getSchemeHandler(scheme) {
      return scheme && (SCHEMES[
        /** @type {SchemeName} */
        scheme
      ] || SCHEMES[
        /** @type {SchemeName} */
        scheme.toLowerCase()
      ]) || void 0;
    }
    module.exports = {
      wsIsSecure,
      SCHEMES,
      isValidSchemeName,
      getSchemeHandler
    };
  }
});

// ../../../work/main/node_modules/fast-uri/index.js
var require_fast_uri = __commonJS({
  "../../../work/main/node_modules/fast-uri/index.js"(exports, module) {
    "use strict";
    var { normalizeIPv6, removeDotSegments, removeDotSegmentsRelative, recomposeAuthority, normalizePercentEncoding, normalizePathEncoding, serializePathEncoding, normalizeQueryFragmentEncoding, encodeQuery, encodeFragment, reescapeHostDelimiters, isIPv4, nonSimpleDomain } = require_utils();
    var { SCHEMES, getSchemeHandler } = require_schemes();
    var VALID_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/u;
    var MALFORMED_SCHEME_ERROR = "URI scheme is malformed.";
    var MALFORMED_HOST_ERROR = "URI host is malformed.";
    var FORBIDDEN_DOMAIN_HOST_CHARACTER = /[\0-\x20"#/:<>?@[\\\]^`{|}\x7F]/u;
    function validateScheme(scheme) {
      const stringScheme = String(scheme);
      if (!VALID_SCHEME.test(stringScheme)) {
        throw new TypeError(MALFORMED_SCHEME_ERROR);
      }
      return stringScheme;
    }
    function normalize(uri, options) {
      if (typeof uri === "string") {
        uri = /** @type {T} */
        normalizeString(uri, options);
      } else if (typeof uri === "object") {
        uri = /** @type {T} */
        parse(serialize(uri, options), options);
      }
      return uri;
    }
    function resolve(baseURI, relativeURI, options) {
      const schemelessOptions = options ? Object.assign({ scheme: "null" }, options) : { scheme: "null" };
      const {
        parsed: baseParsed,
        malformedAuthorityOrPort: baseMalformed,
        malformedPercentEncoding: baseMalformedPercentEncoding,
        malformedSchemeSpecific: baseMalformedSchemeSpecific,
        malformedHost: baseMalformedHost,
        malformedScheme: baseMalformedScheme
      } = parseWithStatus(baseURI, schemelessOptions);
      const {
        parsed: relativeParsed,
        malformedAuthorityOrPort: relativeMalformed,
        malformedPercentEncoding: relativeMalformedPercentEncoding,
        malformedSchemeSpecific: relativeMalformedSchemeSpecific,
        malformedHost: relativeMalformedHost,
        malformedScheme: relativeMalformedScheme
      } = parseWithStatus(relativeURI, schemelessOptions);
      if (baseMalformed || relativeMalformed || baseMalformedPercentEncoding || relativeMalformedPercentEncoding || baseMalformedSchemeSpecific || relativeMalformedSchemeSpecific || baseMalformedHost || relativeMalformedHost || baseMalformedScheme || relativeMalformedScheme) {
        throw new Error(baseParsed.error || relativeParsed.error || "URI is malformed.");
      }
      const resolved = resolveComponent(baseParsed, relativeParsed, schemelessOptions, true);
      const resolvedSchemeHandler = getSchemeHandler(options && options.scheme || resolved.scheme);
      const resolvedHost = resolved.host;
      const resolvedHostIsIP = resolvedHost !== void 0 && resolvedHost !== "" && (isIPv4(resolvedHost) || normalizeIPv6(resolvedHost).isIPV6);
      if (hasForbiddenDomainHost(resolved, options || {}, resolvedSchemeHandler, resolvedHostIsIP)) {
        throw new Error(MALFORMED_HOST_ERROR);
      }
      canonicalizeHost(resolved, options || {}, resolvedSchemeHandler, resolvedHostIsIP);
      const encodedASCIIHost = resolvedHost && resolvedHost.indexOf("%") !== -1 && !new RegExp("\\P{ASCII}", "u").test(resolvedHost);
      if (resolved.error && !encodedASCIIHost) {
        throw new Error(resolved.error);
      }
      schemelessOptions.skipEscape = true;
      return serialize(resolved, schemelessOptions);
    }
    function resolveComponent(base, relative, options, skipNormalization) {
      const target = {};
      if (!skipNormalization) {
        base = parse(serialize(base, options), options);
        relative = parse(serialize(relative, options), options);
      }
      options = options || {};
      if (!options.tolerant && relative.scheme) {
        target.scheme = relative.scheme;
        target.userinfo = relative.userinfo;
        target.host = relative.host;
        target.port = relative.port;
        target.path = removeDotSegments(relative.path || "");
        target.query = relative.query;
      } else {
        if (relative.userinfo !== void 0 || relative.host !== void 0 || relative.port !== void 0) {
          target.userinfo = relative.userinfo;
          target.host = relative.host;
          target.port = relative.port;
          target.path = removeDotSegments(relative.path || "");
          target.query = relative.query;
        } else {
          if (!relative.path) {
            target.path = base.path;
            if (relative.query !== void 0) {
              target.query = relative.query;
            } else {
              target.query = base.query;
            }
          } else {
            if (relative.path[0] === "/") {
              target.path = removeDotSegments(relative.path);
            } else {
              const baseHasAuthority = base.userinfo !== void 0 || base.host !== void 0 || base.port !== void 0;
              if (baseHasAuthority && !base.path) {
                target.path = "/" + relative.path;
              } else if (!base.path) {
                target.path = relative.path;
              } else {
                target.path = base.path.slice(0, base.path.lastIndexOf("/") + 1) + relative.path;
              }
              target.path = base.scheme === void 0 && !baseHasAuthority && target.path[0] !== "/" ? removeDotSegmentsRelative(target.path) : removeDotSegments(target.path);
            }
            target.query = relative.query;
          }
          target.userinfo = base.userinfo;
          target.host = base.host;
          target.port = base.port;
        }
        target.scheme = base.scheme;
      }
      target.fragment = relative.fragment;
      return target;
    }
    function equal(uriA, uriB, options) {
      const normalizedA = normalizeComparableURI(uriA, options);
      const normalizedB = normalizeComparableURI(uriB, options);
      return normalizedA !== void 0 && normalizedB !== void 0 && normalizedA === normalizedB;
    }
    function serialize(cmpts, opts) {
      const component = {
        host: cmpts.host,
        scheme: cmpts.scheme,
        userinfo: cmpts.userinfo,
        port: cmpts.port,
        path: cmpts.path,
        query: cmpts.query,
        nid: cmpts.nid,
        nss: cmpts.nss,
        uuid: cmpts.uuid,
        fragment: cmpts.fragment,
        reference: cmpts.reference,
        resourceName: cmpts.resourceName,
        secure: cmpts.secure,
        error: ""
      };
      const options = Object.assign({}, opts);
      const uriTokens = [];
      if (component.scheme) {
        component.scheme = validateScheme(component.scheme);
      }
      const schemeHandler = getSchemeHandler(options.scheme || component.scheme);
      if (schemeHandler && schemeHandler.serialize) schemeHandler.serialize(component, options);
      const hasAuthority = component.userinfo !== void 0 || component.host !== void 0 || component.port !== void 0;
      const schemelessReference = (component.scheme === void 0 || options.reference === "suffix") && !hasAuthority;
      const pathNoScheme = !options.skipEscape && schemelessReference;
      if (component.path !== void 0) {
        if (!options.skipEscape) {
          component.path = serializePathEncoding(component.path, pathNoScheme);
        } else {
          component.path = normalizePercentEncoding(component.path);
        }
      }
      if (options.reference !== "suffix" && component.scheme) {
        component.scheme = validateScheme(component.scheme);
        uriTokens.push(component.scheme, ":");
      }
      const authority = recomposeAuthority(component);
      if (authority !== void 0) {
        if (options.reference !== "suffix") {
          uriTokens.push("//");
        }
        uriTokens.push(authority);
        if (component.path && component.path[0] !== "/") {
          uriTokens.push("/");
        }
      }
      if (component.path !== void 0) {
        let s = component.path;
        if (!options.absolutePath && (!schemeHandler || !schemeHandler.absolutePath)) {
          s = schemelessReference && s[0] !== "/" ? removeDotSegmentsRelative(s) : removeDotSegments(s);
        }
        if (schemelessReference) {
          s = serializePathEncoding(s, true);
        }
        if (authority === void 0 && s[0] === "/" && s[1] === "/") {
          s = "/%2F" + s.slice(2);
        }
        uriTokens.push(s);
      }
      if (component.query !== void 0) {
        uriTokens.push("?", encodeQuery(component.query));
      }
      if (component.fragment !== void 0) {
        uriTokens.push("#", encodeFragment(component.fragment));
      }
      return uriTokens.join("");
    }
    var URI_PARSE = /^(?:([^#/:?]+):)?(?:\/\/((?:([^#/?@]*)@)?(\[[^#/?\]]+\]|[^#/:?]*)(?::(\d*))?))?([^#?]*)(?:\?([^#]*))?(?:#((?:.|[\n\r])*))?/u;
    var AUTHORITY_PREFIX = /^(?:[^#/:?]+:)?\/\/([^/?#]*)/;
    var AUTHORITY_INTRODUCER_REGION = /^(?:[^#/:?]+:)?([/\\\t\n\r]*)/;
    function getParseError(parsed, matches) {
      if (matches[2] !== void 0 && parsed.path && parsed.path[0] !== "/") {
        return 'URI path must start with "/" when authority is present.';
      }
      if (typeof parsed.port === "number" && (parsed.port < 0 || parsed.port > 65535)) {
        return "URI port is malformed.";
      }
      return void 0;
    }
    function hasMalformedPercentEncoding(component) {
      if (component === void 0) return false;
      let percent = component.indexOf("%");
      while (percent !== -1) {
        if (percent + 2 >= component.length || !/^[\da-f]{2}$/iu.test(component.slice(percent + 1, percent + 3))) {
          return true;
        }
        percent = component.indexOf("%", percent + 3);
      }
      return false;
    }
    function isIPLiteral(host) {
      return host[0] === "[" && host[host.length - 1] === "]";
    }
    function hasMalformedComponentPercentEncoding(matches) {
      const host = matches[4];
      return hasMalformedPercentEncoding(matches[3]) || host !== void 0 && !isIPLiteral(host) && hasMalformedPercentEncoding(host) || hasMalformedPercentEncoding(matches[6]) || hasMalformedPercentEncoding(matches[7]) || hasMalformedPercentEncoding(matches[8]);
    }
    function canonicalizeHost(parsed, options, schemeHandler, isIP2) {
      if (hasForbiddenDomainHost(parsed, options, schemeHandler, isIP2)) {
        parsed.error = parsed.error || MALFORMED_HOST_ERROR;
        return true;
      }
      if (!options.unicodeSupport && (!schemeHandler || !schemeHandler.unicodeSupport) && parsed.host && !isIPLiteral(parsed.host) && (options.domainHost || schemeHandler && schemeHandler.domainHost) && isIP2 === false && nonSimpleDomain(parsed.host)) {
        let url;
        try {
          url = new URL("http://" + parsed.host);
        } catch (e) {
          parsed.error = parsed.error || "Host's domain name can not be converted to ASCII: " + e;
          return true;
        }
        if (!isHostOnlyURL(url)) {
          parsed.error = parsed.error || MALFORMED_HOST_ERROR;
          return true;
        }
        parsed.host = url.hostname;
      }
      return false;
    }
    function hasForbiddenDomainHost(parsed, options, schemeHandler, isIP2) {
      return Boolean(
        parsed.host && isIP2 === false && !isIPLiteral(parsed.host) && (options.domainHost || schemeHandler && schemeHandler.domainHost) && FORBIDDEN_DOMAIN_HOST_CHARACTER.test(parsed.host)
      );
    }
    function isHostOnlyURL(url) {
      return url.username === "" && url.password === "" && url.port === "" && url.pathname === "/" && url.search === "" && url.hash === "" && url.hostname !== "";
    }
    function parseWithStatus(uri, opts) {
      const options = Object.assign({}, opts);
      const parsed = {
        scheme: void 0,
        userinfo: void 0,
        host: "",
        port: void 0,
        path: "",
        query: void 0,
        fragment: void 0
      };
      let malformedAuthorityOrPort = false;
      let malformedPercentEncoding = false;
      let malformedSchemeSpecific = false;
      let malformedHost = false;
      let malformedIPLiteral = false;
      let malformedScheme = false;
      let isIP2 = false;
      if (options.reference === "suffix") {
        if (options.scheme) {
          uri = options.scheme + ":" + uri;
        } else {
          uri = "//" + uri;
        }
      }
      const authorityMatch = uri.match(AUTHORITY_PREFIX);
      if (authorityMatch !== null && authorityMatch[1].indexOf("\\") !== -1) {
        parsed.error = "URI authority must not contain a literal backslash.";
        malformedAuthorityOrPort = true;
      }
      const introducerMatch = uri.match(AUTHORITY_INTRODUCER_REGION);
      if (introducerMatch !== null) {
        const region = introducerMatch[1];
        const normalizedRegion = region.replace(/[\t\n\r]/g, "");
        if (normalizedRegion.length >= 2) {
          if (normalizedRegion.slice(0, 2) !== "//") {
            parsed.error = parsed.error || "URI authority must not contain a literal backslash.";
            malformedAuthorityOrPort = true;
          } else if (region.length !== normalizedRegion.length) {
            parsed.error = parsed.error || "URI authority introducer must not contain whitespace.";
            malformedAuthorityOrPort = true;
          }
        }
      }
      const matches = uri.match(URI_PARSE);
      if (matches) {
        parsed.scheme = matches[1];
        parsed.userinfo = matches[3];
        parsed.host = matches[4];
        parsed.port = parseInt(matches[5], 10);
        parsed.path = matches[6] || "";
        parsed.query = matches[7];
        parsed.fragment = matches[8];
        if (parsed.scheme !== void 0) {
          if (VALID_SCHEME.test(parsed.scheme)) {
            parsed.scheme = parsed.scheme.toLowerCase();
          } else {
            parsed.error = parsed.error || MALFORMED_SCHEME_ERROR;
            malformedScheme = true;
          }
        }
        malformedPercentEncoding = hasMalformedComponentPercentEncoding(matches);
        if (malformedPercentEncoding) {
          parsed.error = parsed.error || "URI contains malformed percent-encoding.";
        }
        if (isNaN(parsed.port)) {
          parsed.port = matches[5];
        }
        const parseError = getParseError(parsed, matches);
        if (parseError !== void 0) {
          parsed.error = parsed.error || parseError;
          malformedAuthorityOrPort = true;
        }
        if (parsed.host) {
          const ipv4result = isIPv4(parsed.host);
          if (ipv4result === false) {
            const bracketedIPLiteral = isIPLiteral(parsed.host);
            const hasIPLiteralBracket = parsed.host.indexOf("[") !== -1 || parsed.host.indexOf("]") !== -1;
            const ipv6result = normalizeIPv6(parsed.host);
            isIP2 = ipv6result.isIPV6 || ipv6result.isIPVFuture === true;
            malformedIPLiteral = hasIPLiteralBracket && (!bracketedIPLiteral || ipv6result.error === true);
            parsed.host = isIP2 ? ipv6result.host : ipv6result.host.toLowerCase();
            if (malformedIPLiteral) {
              parsed.error = parsed.error || MALFORMED_HOST_ERROR;
              malformedAuthorityOrPort = true;
            }
          } else {
            isIP2 = true;
          }
        }
        if (parsed.scheme === void 0 && parsed.userinfo === void 0 && parsed.host === void 0 && parsed.port === void 0 && parsed.query === void 0 && !parsed.path) {
          parsed.reference = "same-document";
        } else if (parsed.scheme === void 0) {
          parsed.reference = "relative";
        } else if (parsed.fragment === void 0) {
          parsed.reference = "absolute";
        } else {
          parsed.reference = "uri";
        }
        if (options.reference && options.reference !== "suffix" && options.reference !== parsed.reference) {
          parsed.error = parsed.error || "URI is not a " + options.reference + " reference.";
        }
        const schemeHandler = getSchemeHandler(options.scheme || parsed.scheme);
        if (!malformedIPLiteral) {
          malformedHost = canonicalizeHost(parsed, options, schemeHandler, isIP2);
        }
        if (uri.indexOf("%") !== -1 && parsed.host !== void 0 && !malformedIPLiteral) {
          let host = isIP2 ? parsed.host : normalizePercentEncoding(parsed.host, true);
          if (!isIP2) {
            host = normalizePercentEncoding(host.toLowerCase());
          }
          parsed.host = isIP2 || options.scheme !== "null" ? reescapeHostDelimiters(host, isIP2) : host;
        }
        if (!schemeHandler || schemeHandler && !schemeHandler.skipNormalize) {
          if (parsed.path) {
            parsed.path = normalizePathEncoding(parsed.path);
          }
          if (parsed.query) {
            parsed.query = normalizeQueryFragmentEncoding(parsed.query);
          }
          if (parsed.fragment) {
            parsed.fragment = normalizeQueryFragmentEncoding(parsed.fragment);
          }
        }
        if (schemeHandler && schemeHandler.parse) {
          schemeHandler.parse(parsed, options);
          if (schemeHandler === SCHEMES.urn && parsed.nid === void 0) {
            malformedSchemeSpecific = true;
          }
        }
      } else {
        parsed.error = parsed.error || "URI can not be parsed.";
      }
      return { parsed, malformedAuthorityOrPort, malformedPercentEncoding, malformedSchemeSpecific, malformedHost, malformedScheme };
    }
    function parse(uri, opts) {
      return parseWithStatus(uri, opts).parsed;
    }
    function normalizeString(uri, opts) {
      return normalizeStringWithStatus(uri, opts).normalized;
    }
    function normalizeStringWithStatus(uri, opts) {
      const { parsed, malformedAuthorityOrPort, malformedPercentEncoding, malformedSchemeSpecific, malformedHost, malformedScheme } = parseWithStatus(uri, opts);
      return {
        normalized: malformedAuthorityOrPort || malformedPercentEncoding || malformedSchemeSpecific || malformedHost || malformedScheme ? uri : serialize(parsed, opts),
        malformedAuthorityOrPort,
        malformedPercentEncoding,
        malformedSchemeSpecific,
        malformedHost,
        malformedScheme
      };
    }
    function normalizeComparableURI(uri, opts) {
      if (typeof uri !== "string" && typeof uri !== "object") {
        return void 0;
      }
      let value;
      try {
        value = typeof uri === "string" ? uri : serialize(uri, opts);
      } catch {
        return void 0;
      }
      const { normalized, malformedAuthorityOrPort, malformedPercentEncoding, malformedSchemeSpecific, malformedHost, malformedScheme } = normalizeStringWithStatus(value, opts);
      return malformedAuthorityOrPort || malformedPercentEncoding || malformedSchemeSpecific || malformedHost || malformedScheme ? void 0 : normalized;
    }
    var fastUri = {
      SCHEMES,
      normalize,
      resolve,
      resolveComponent,
      equal,
      serialize,
      parse
    };
    module.exports = fastUri;
    module.exports.default = fastUri;
    module.exports.fastUri = fastUri;
  }
});

// ../../../work/main/node_modules/ajv/dist/runtime/uri.js
var require_uri = __commonJS({
  "../../../work/main/node_modules/ajv/dist/runtime/uri.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var uri = require_fast_uri();
    uri.code = 'require("ajv/dist/runtime/uri").default';
    exports.default = uri;
  }
});

// ../../../work/main/node_modules/ajv/dist/core.js
var require_core = __commonJS({
  "../../../work/main/node_modules/ajv/dist/core.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.CodeGen = exports.Name = exports.nil = exports.stringify = exports.str = exports._ = exports.KeywordCxt = void 0;
    var validate_1 = require_validate();
    Object.defineProperty(exports, "KeywordCxt", { enumerable: true, get: function() {
      return validate_1.KeywordCxt;
    } });
    var codegen_1 = require_codegen();
    Object.defineProperty(exports, "_", { enumerable: true, get: function() {
      return codegen_1._;
    } });
    Object.defineProperty(exports, "str", { enumerable: true, get: function() {
      return codegen_1.str;
    } });
    Object.defineProperty(exports, "stringify", { enumerable: true, get: function() {
      return codegen_1.stringify;
    } });
    Object.defineProperty(exports, "nil", { enumerable: true, get: function() {
      return codegen_1.nil;
    } });
    Object.defineProperty(exports, "Name", { enumerable: true, get: function() {
      return codegen_1.Name;
    } });
    Object.defineProperty(exports, "CodeGen", { enumerable: true, get: function() {
      return codegen_1.CodeGen;
    } });
    var validation_error_1 = require_validation_error();
    var ref_error_1 = require_ref_error();
    var rules_1 = require_rules();
    var compile_1 = require_compile();
    var codegen_2 = require_codegen();
    var resolve_1 = require_resolve();
    var dataType_1 = require_dataType();
    var util_1 = require_util();
    var $dataRefSchema = require_data();
    var uri_1 = require_uri();
    var defaultRegExp = (str, flags) => new RegExp(str, flags);
    defaultRegExp.code = "new RegExp";
    var META_IGNORE_OPTIONS = ["removeAdditional", "useDefaults", "coerceTypes"];
    var EXT_SCOPE_NAMES = /* @__PURE__ */ new Set([
      "validate",
      "serialize",
      "parse",
      "wrapper",
      "root",
      "schema",
      "keyword",
      "pattern",
      "formats",
      "validate$data",
      "func",
      "obj",
      "Error"
    ]);
    var removedOptions = {
      errorDataPath: "",
      format: "`validateFormats: false` can be used instead.",
      nullable: '"nullable" keyword is supported by default.',
      jsonPointers: "Deprecated jsPropertySyntax can be used instead.",
      extendRefs: "Deprecated ignoreKeywordsWithRef can be used instead.",
      missingRefs: "Pass empty schema with $id that should be ignored to ajv.addSchema.",
      processCode: "Use option `code: {process: (code, schemaEnv: object) => string}`",
      sourceCode: "Use option `code: {source: true}`",
      strictDefaults: "It is default now, see option `strict`.",
      strictKeywords: "It is default now, see option `strict`.",
      uniqueItems: '"uniqueItems" keyword is always validated.',
      unknownFormats: "Disable strict mode or pass `true` to `ajv.addFormat` (or `formats` option).",
      cache: "Map is used as cache, schema object as key.",
      serialize: "Map is used as cache, schema object as key.",
      ajvErrors: "It is default now."
    };
    var deprecatedOptions = {
      ignoreKeywordsWithRef: "",
      jsPropertySyntax: "",
      unicode: '"minLength"/"maxLength" account for unicode characters by default.'
    };
    var MAX_EXPRESSION = 200;
    function requiredOptions(o) {
      var _a, _b, _c, _d, _e, _f, _g, _h, _j, _k, _l, _m, _o, _p, _q, _r, _s, _t, _u, _v, _w, _x, _y, _z, _0;
      const s = o.strict;
      const _optz = (_a = o.code) === null || _a === void 0 ? void 0 : _a.optimize;
      const optimize = _optz === true || _optz === void 0 ? 1 : _optz || 0;
      const regExp = (_c = (_b = o.code) === null || _b === void 0 ? void 0 : _b.regExp) !== null && _c !== void 0 ? _c : defaultRegExp;
      const uriResolver = (_d = o.uriResolver) !== null && _d !== void 0 ? _d : uri_1.default;
      return {
        strictSchema: (_f = (_e = o.strictSchema) !== null && _e !== void 0 ? _e : s) !== null && _f !== void 0 ? _f : true,
        strictNumbers: (_h = (_g = o.strictNumbers) !== null && _g !== void 0 ? _g : s) !== null && _h !== void 0 ? _h : true,
        strictTypes: (_k = (_j = o.strictTypes) !== null && _j !== void 0 ? _j : s) !== null && _k !== void 0 ? _k : "log",
        strictTuples: (_m = (_l = o.strictTuples) !== null && _l !== void 0 ? _l : s) !== null && _m !== void 0 ? _m : "log",
        strictRequired: (_p = (_o = o.strictRequired) !== null && _o !== void 0 ? _o : s) !== null && _p !== void 0 ? _p : false,
        code: o.code ? { ...o.code, optimize, regExp } : { optimize, regExp },
        loopRequired: (_q = o.loopRequired) !== null && _q !== void 0 ? _q : MAX_EXPRESSION,
        loopEnum: (_r = o.loopEnum) !== null && _r !== void 0 ? _r : MAX_EXPRESSION,
        meta: (_s = o.meta) !== null && _s !== void 0 ? _s : true,
        messages: (_t = o.messages) !== null && _t !== void 0 ? _t : true,
        inlineRefs: (_u = o.inlineRefs) !== null && _u !== void 0 ? _u : true,
        schemaId: (_v = o.schemaId) !== null && _v !== void 0 ? _v : "$id",
        addUsedSchema: (_w = o.addUsedSchema) !== null && _w !== void 0 ? _w : true,
        validateSchema: (_x = o.validateSchema) !== null && _x !== void 0 ? _x : true,
        validateFormats: (_y = o.validateFormats) !== null && _y !== void 0 ? _y : true,
        unicodeRegExp: (_z = o.unicodeRegExp) !== null && _z !== void 0 ? _z : true,
        int32range: (_0 = o.int32range) !== null && _0 !== void 0 ? _0 : true,
        uriResolver
      };
    }
    var Ajv = class {
      constructor(opts = {}) {
        this.schemas = {};
        this.refs = {};
        this.formats = /* @__PURE__ */ Object.create(null);
        this._compilations = /* @__PURE__ */ new Set();
        this._loading = {};
        this._cache = /* @__PURE__ */ new Map();
        opts = this.opts = { ...opts, ...requiredOptions(opts) };
        const { es5, lines } = this.opts.code;
        this.scope = new codegen_2.ValueScope({ scope: {}, prefixes: EXT_SCOPE_NAMES, es5, lines });
        this.logger = getLogger(opts.logger);
        const formatOpt = opts.validateFormats;
        opts.validateFormats = false;
        this.RULES = (0, rules_1.getRules)();
        checkOptions.call(this, removedOptions, opts, "NOT SUPPORTED");
        checkOptions.call(this, deprecatedOptions, opts, "DEPRECATED", "warn");
        this._metaOpts = getMetaSchemaOptions.call(this);
        if (opts.formats)
          addInitialFormats.call(this);
        this._addVocabularies();
        this._addDefaultMetaSchema();
        if (opts.keywords)
          addInitialKeywords.call(this, opts.keywords);
        if (typeof opts.meta == "object")
          this.addMetaSchema(opts.meta);
        addInitialSchemas.call(this);
        opts.validateFormats = formatOpt;
      }
      _addVocabularies() {
        this.addKeyword("$async");
      }
      _addDefaultMetaSchema() {
        const { $data, meta, schemaId } = this.opts;
        let _dataRefSchema = $dataRefSchema;
        if (schemaId === "id") {
          _dataRefSchema = { ...$dataRefSchema };
          _dataRefSchema.id = _dataRefSchema.$id;
          delete _dataRefSchema.$id;
        }
        if (meta && $data)
          this.addMetaSchema(_dataRefSchema, _dataRefSchema[schemaId], false);
      }
      defaultMeta() {
        const { meta, schemaId } = this.opts;
        return this.opts.defaultMeta = typeof meta == "object" ? meta[schemaId] || meta : void 0;
      }
      validate(schemaKeyRef, data) {
        let v;
        if (typeof schemaKeyRef == "string") {
          v = this.getSchema(schemaKeyRef);
          if (!v)
            throw new Error(`no schema with key or ref "${schemaKeyRef}"`);
        } else {
          v = this.compile(schemaKeyRef);
        }
        const valid = v(data);
        if (!("$async" in v))
          this.errors = v.errors;
        return valid;
      }
      compile(schema, _meta) {
        const sch = this._addSchema(schema, _meta);
        return sch.validate || this._compileSchemaEnv(sch);
      }
      compileAsync(schema, meta) {
        if (typeof this.opts.loadSchema != "function") {
          throw new Error("options.loadSchema should be a function");
        }
        const { loadSchema } = this.opts;
        return runCompileAsync.call(this, schema, meta);
        async function runCompileAsync(_schema, _meta) {
          await loadMetaSchema.call(this, _schema.$schema);
          const sch = this._addSchema(_schema, _meta);
          return sch.validate || _compileAsync.call(this, sch);
        }
        async function loadMetaSchema($ref) {
          if ($ref && !this.getSchema($ref)) {
            await runCompileAsync.call(this, { $ref }, true);
          }
        }
        async function _compileAsync(sch) {
          try {
            return this._compileSchemaEnv(sch);
          } catch (e) {
            if (!(e instanceof ref_error_1.default))
              throw e;
            checkLoaded.call(this, e);
            await loadMissingSchema.call(this, e.missingSchema);
            return _compileAsync.call(this, sch);
          }
        }
        function checkLoaded({ missingSchema: ref, missingRef }) {
          if (this.refs[ref]) {
            throw new Error(`AnySchema ${ref} is loaded but ${missingRef} cannot be resolved`);
          }
        }
        async function loadMissingSchema(ref) {
          const _schema = await _loadSchema.call(this, ref);
          if (!this.refs[ref])
            await loadMetaSchema.call(this, _schema.$schema);
          if (!this.refs[ref])
            this.addSchema(_schema, ref, meta);
        }
        async function _loadSchema(ref) {
          const p = this._loading[ref];
          if (p)
            return p;
          try {
            return await (this._loading[ref] = loadSchema(ref));
          } finally {
            delete this._loading[ref];
          }
        }
      }
      // Adds schema to the instance
      addSchema(schema, key2, _meta, _validateSchema = this.opts.validateSchema) {
        if (Array.isArray(schema)) {
          for (const sch of schema)
            this.addSchema(sch, void 0, _meta, _validateSchema);
          return this;
        }
        let id;
        if (typeof schema === "object") {
          const { schemaId } = this.opts;
          id = schema[schemaId];
          if (id !== void 0 && typeof id != "string") {
            throw new Error(`schema ${schemaId} must be string`);
          }
        }
        key2 = (0, resolve_1.normalizeId)(key2 || id);
        this._checkUnique(key2);
        this.schemas[key2] = this._addSchema(schema, _meta, key2, _validateSchema, true);
        return this;
      }
      // Add schema that will be used to validate other schemas
      // options in META_IGNORE_OPTIONS are alway set to false
      addMetaSchema(schema, key2, _validateSchema = this.opts.validateSchema) {
        this.addSchema(schema, key2, true, _validateSchema);
        return this;
      }
      //  Validate schema against its meta-schema
      validateSchema(schema, throwOrLogError) {
        if (typeof schema == "boolean")
          return true;
        let $schema;
        $schema = schema.$schema;
        if ($schema !== void 0 && typeof $schema != "string") {
          throw new Error("$schema must be a string");
        }
        $schema = $schema || this.opts.defaultMeta || this.defaultMeta();
        if (!$schema) {
          this.logger.warn("meta-schema not available");
          this.errors = null;
          return true;
        }
        const valid = this.validate($schema, schema);
        if (!valid && throwOrLogError) {
          const message = "schema is invalid: " + this.errorsText();
          if (this.opts.validateSchema === "log")
            this.logger.error(message);
          else
            throw new Error(message);
        }
        return valid;
      }
      // Get compiled schema by `key` or `ref`.
      // (`key` that was passed to `addSchema` or full schema reference - `schema.$id` or resolved id)
      getSchema(keyRef) {
        let sch;
        while (typeof (sch = getSchEnv.call(this, keyRef)) == "string")
          keyRef = sch;
        if (sch === void 0) {
          const { schemaId } = this.opts;
          const root = new compile_1.SchemaEnv({ schema: {}, schemaId });
          sch = compile_1.resolveSchema.call(this, root, keyRef);
          if (!sch)
            return;
          this.refs[keyRef] = sch;
        }
        return sch.validate || this._compileSchemaEnv(sch);
      }
      // Remove cached schema(s).
      // If no parameter is passed all schemas but meta-schemas are removed.
      // If RegExp is passed all schemas with key/id matching pattern but meta-schemas are removed.
      // Even if schema is referenced by other schemas it still can be removed as other schemas have local references.
      removeSchema(schemaKeyRef) {
        if (schemaKeyRef instanceof RegExp) {
          this._removeAllSchemas(this.schemas, schemaKeyRef);
          this._removeAllSchemas(this.refs, schemaKeyRef);
          return this;
        }
        switch (typeof schemaKeyRef) {
          case "undefined":
            this._removeAllSchemas(this.schemas);
            this._removeAllSchemas(this.refs);
            this._cache.clear();
            return this;
          case "string": {
            const sch = getSchEnv.call(this, schemaKeyRef);
            if (typeof sch == "object")
              this._cache.delete(sch.schema);
            delete this.schemas[schemaKeyRef];
            delete this.refs[schemaKeyRef];
            return this;
          }
          case "object": {
            const cacheKey = schemaKeyRef;
            this._cache.delete(cacheKey);
            let id = schemaKeyRef[this.opts.schemaId];
            if (id) {
              id = (0, resolve_1.normalizeId)(id);
              delete this.schemas[id];
              delete this.refs[id];
            }
            return this;
          }
          default:
            throw new Error("ajv.removeSchema: invalid parameter");
        }
      }
      // add "vocabulary" - a collection of keywords
      addVocabulary(definitions) {
        for (const def of definitions)
          this.addKeyword(def);
        return this;
      }
      addKeyword(kwdOrDef, def) {
        let keyword;
        if (typeof kwdOrDef == "string") {
          keyword = kwdOrDef;
          if (typeof def == "object") {
            this.logger.warn("these parameters are deprecated, see docs for addKeyword");
            def.keyword = keyword;
          }
        } else if (typeof kwdOrDef == "object" && def === void 0) {
          def = kwdOrDef;
          keyword = def.keyword;
          if (Array.isArray(keyword) && !keyword.length) {
            throw new Error("addKeywords: keyword must be string or non-empty array");
          }
        } else {
          throw new Error("invalid addKeywords parameters");
        }
        checkKeyword.call(this, keyword, def);
        if (!def) {
          (0, util_1.eachItem)(keyword, (kwd) => addRule.call(this, kwd));
          return this;
        }
        keywordMetaschema.call(this, def);
        const definition = {
          ...def,
          type: (0, dataType_1.getJSONTypes)(def.type),
          schemaType: (0, dataType_1.getJSONTypes)(def.schemaType)
        };
        (0, util_1.eachItem)(keyword, definition.type.length === 0 ? (k) => addRule.call(this, k, definition) : (k) => definition.type.forEach((t) => addRule.call(this, k, definition, t)));
        return this;
      }
      getKeyword(keyword) {
        const rule = this.RULES.all[keyword];
        return typeof rule == "object" ? rule.definition : !!rule;
      }
      // Remove keyword
      removeKeyword(keyword) {
        const { RULES } = this;
        delete RULES.keywords[keyword];
        delete RULES.all[keyword];
        for (const group of RULES.rules) {
          const i = group.rules.findIndex((rule) => rule.keyword === keyword);
          if (i >= 0)
            group.rules.splice(i, 1);
        }
        return this;
      }
      // Add format
      addFormat(name, format) {
        if (typeof format == "string")
          format = new RegExp(format);
        this.formats[name] = format;
        return this;
      }
      errorsText(errors = this.errors, { separator = ", ", dataVar = "data" } = {}) {
        if (!errors || errors.length === 0)
          return "No errors";
        return errors.map((e) => `${dataVar}${e.instancePath} ${e.message}`).reduce((text, msg) => text + separator + msg);
      }
      $dataMetaSchema(metaSchema, keywordsJsonPointers) {
        const rules = this.RULES.all;
        metaSchema = JSON.parse(JSON.stringify(metaSchema));
        for (const jsonPointer of keywordsJsonPointers) {
          const segments = jsonPointer.split("/").slice(1);
          let keywords = metaSchema;
          for (const seg of segments)
            keywords = keywords[seg];
          for (const key2 in rules) {
            const rule = rules[key2];
            if (typeof rule != "object")
              continue;
            const { $data } = rule.definition;
            const schema = keywords[key2];
            if ($data && schema)
              keywords[key2] = schemaOrData(schema);
          }
        }
        return metaSchema;
      }
      _removeAllSchemas(schemas, regex) {
        for (const keyRef in schemas) {
          const sch = schemas[keyRef];
          if (!regex || regex.test(keyRef)) {
            if (typeof sch == "string") {
              delete schemas[keyRef];
            } else if (sch && !sch.meta) {
              this._cache.delete(sch.schema);
              delete schemas[keyRef];
            }
          }
        }
      }
      _addSchema(schema, meta, baseId, validateSchema = this.opts.validateSchema, addSchema = this.opts.addUsedSchema) {
        let id;
        const { schemaId } = this.opts;
        if (typeof schema == "object") {
          id = schema[schemaId];
        } else {
          if (this.opts.jtd)
            throw new Error("schema must be object");
          else if (typeof schema != "boolean")
            throw new Error("schema must be object or boolean");
        }
        let sch = this._cache.get(schema);
        if (sch !== void 0)
          return sch;
        baseId = (0, resolve_1.normalizeId)(id || baseId);
        const localRefs = resolve_1.getSchemaRefs.call(this, schema, baseId);
        sch = new compile_1.SchemaEnv({ schema, schemaId, meta, baseId, localRefs });
        this._cache.set(sch.schema, sch);
        if (addSchema && !baseId.startsWith("#")) {
          if (baseId)
            this._checkUnique(baseId);
          this.refs[baseId] = sch;
        }
        if (validateSchema)
          this.validateSchema(schema, true);
        return sch;
      }
      _checkUnique(id) {
        if (this.schemas[id] || this.refs[id]) {
          throw new Error(`schema with key or id "${id}" already exists`);
        }
      }
      _compileSchemaEnv(sch) {
        if (sch.meta)
          this._compileMetaSchema(sch);
        else
          compile_1.compileSchema.call(this, sch);
        if (!sch.validate)
          throw new Error("ajv implementation error");
        return sch.validate;
      }
      _compileMetaSchema(sch) {
        const currentOpts = this.opts;
        this.opts = this._metaOpts;
        try {
          compile_1.compileSchema.call(this, sch);
        } finally {
          this.opts = currentOpts;
        }
      }
    };
    Ajv.ValidationError = validation_error_1.default;
    Ajv.MissingRefError = ref_error_1.default;
    exports.default = Ajv;
    function checkOptions(checkOpts, options, msg, log = "error") {
      for (const key2 in checkOpts) {
        const opt = key2;
        if (opt in options)
          this.logger[log](`${msg}: option ${key2}. ${checkOpts[opt]}`);
      }
    }
    function getSchEnv(keyRef) {
      keyRef = (0, resolve_1.normalizeId)(keyRef);
      return this.schemas[keyRef] || this.refs[keyRef];
    }
    function addInitialSchemas() {
      const optsSchemas = this.opts.schemas;
      if (!optsSchemas)
        return;
      if (Array.isArray(optsSchemas))
        this.addSchema(optsSchemas);
      else
        for (const key2 in optsSchemas)
          this.addSchema(optsSchemas[key2], key2);
    }
    function addInitialFormats() {
      for (const name in this.opts.formats) {
        const format = this.opts.formats[name];
        if (format)
          this.addFormat(name, format);
      }
    }
    function addInitialKeywords(defs) {
      if (Array.isArray(defs)) {
        this.addVocabulary(defs);
        return;
      }
      this.logger.warn("keywords option as map is deprecated, pass array");
      for (const keyword in defs) {
        const def = defs[keyword];
        if (!def.keyword)
          def.keyword = keyword;
        this.addKeyword(def);
      }
    }
    function getMetaSchemaOptions() {
      const metaOpts = { ...this.opts };
      for (const opt of META_IGNORE_OPTIONS)
        delete metaOpts[opt];
      return metaOpts;
    }
    var noLogs = { log() {
    }, warn() {
    }, error() {
    } };
    function getLogger(logger) {
      if (logger === false)
        return noLogs;
      if (logger === void 0)
        return console;
      if (logger.log && logger.warn && logger.error)
        return logger;
      throw new Error("logger must implement log, warn and error methods");
    }
    var KEYWORD_NAME = /^[a-z_$][a-z0-9_$:-]*$/i;
    function checkKeyword(keyword, def) {
      const { RULES } = this;
      (0, util_1.eachItem)(keyword, (kwd) => {
        if (RULES.keywords[kwd])
          throw new Error(`Keyword ${kwd} is already defined`);
        if (!KEYWORD_NAME.test(kwd))
          throw new Error(`Keyword ${kwd} has invalid name`);
      });
      if (!def)
        return;
      if (def.$data && !("code" in def || "validate" in def)) {
        throw new Error('$data keyword must have "code" or "validate" function');
      }
    }
    function addRule(keyword, definition, dataType) {
      var _a;
      const post = definition === null || definition === void 0 ? void 0 : definition.post;
      if (dataType && post)
        throw new Error('keyword with "post" flag cannot have "type"');
      const { RULES } = this;
      let ruleGroup = post ? RULES.post : RULES.rules.find(({ type: t }) => t === dataType);
      if (!ruleGroup) {
        ruleGroup = { type: dataType, rules: [] };
        RULES.rules.push(ruleGroup);
      }
      RULES.keywords[keyword] = true;
      if (!definition)
        return;
      const rule = {
        keyword,
        definition: {
          ...definition,
          type: (0, dataType_1.getJSONTypes)(definition.type),
          schemaType: (0, dataType_1.getJSONTypes)(definition.schemaType)
        }
      };
      if (definition.before)
        addBeforeRule.call(this, ruleGroup, rule, definition.before);
      else
        ruleGroup.rules.push(rule);
      RULES.all[keyword] = rule;
      (_a = definition.implements) === null || _a === void 0 ? void 0 : _a.forEach((kwd) => this.addKeyword(kwd));
    }
    function addBeforeRule(ruleGroup, rule, before) {
      const i = ruleGroup.rules.findIndex((_rule) => _rule.keyword === before);
      if (i >= 0) {
        ruleGroup.rules.splice(i, 0, rule);
      } else {
        ruleGroup.rules.push(rule);
        this.logger.warn(`rule ${before} is not defined`);
      }
    }
    function keywordMetaschema(def) {
      let { metaSchema } = def;
      if (metaSchema === void 0)
        return;
      if (def.$data && this.opts.$data)
        metaSchema = schemaOrData(metaSchema);
      def.validateSchema = this.compile(metaSchema, true);
    }
    var $dataRef = {
      $ref: "https://raw.githubusercontent.com/ajv-validator/ajv/master/lib/refs/data.json#"
    };
    function schemaOrData(schema) {
      return { anyOf: [schema, $dataRef] };
    }
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/core/id.js
var require_id = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/core/id.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var def = {
      keyword: "id",
      code() {
        throw new Error('NOT SUPPORTED: keyword "id", use "$id" for schema ID');
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/core/ref.js
var require_ref = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/core/ref.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.callRef = exports.getValidate = void 0;
    var ref_error_1 = require_ref_error();
    var code_1 = require_code2();
    var codegen_1 = require_codegen();
    var names_1 = require_names();
    var compile_1 = require_compile();
    var util_1 = require_util();
    var def = {
      keyword: "$ref",
      schemaType: "string",
      code(cxt) {
        const { gen, schema: $ref, it } = cxt;
        const { baseId, schemaEnv: env, validateName, opts, self } = it;
        const { root } = env;
        if (($ref === "#" || $ref === "#/") && baseId === root.baseId)
          return callRootRef();
        const schOrEnv = compile_1.resolveRef.call(self, root, baseId, $ref);
        if (schOrEnv === void 0)
          throw new ref_error_1.default(it.opts.uriResolver, baseId, $ref);
        if (schOrEnv instanceof compile_1.SchemaEnv)
          return callValidate(schOrEnv);
        return inlineRefSchema(schOrEnv);
        function callRootRef() {
          if (env === root)
            return callRef(cxt, validateName, env, env.$async);
          const rootName = gen.scopeValue("root", { ref: root });
          return callRef(cxt, (0, codegen_1._)`${rootName}.validate`, root, root.$async);
        }
        function callValidate(sch) {
          const v = getValidate(cxt, sch);
          callRef(cxt, v, sch, sch.$async);
        }
        function inlineRefSchema(sch) {
          const schName = gen.scopeValue("schema", opts.code.source === true ? { ref: sch, code: (0, codegen_1.stringify)(sch) } : { ref: sch });
          const valid = gen.name("valid");
          const schCxt = cxt.subschema({
            schema: sch,
            dataTypes: [],
            schemaPath: codegen_1.nil,
            topSchemaRef: schName,
            errSchemaPath: $ref
          }, valid);
          cxt.mergeEvaluated(schCxt);
          cxt.ok(valid);
        }
      }
    };
    function getValidate(cxt, sch) {
      const { gen } = cxt;
      return sch.validate ? gen.scopeValue("validate", { ref: sch.validate }) : (0, codegen_1._)`${gen.scopeValue("wrapper", { ref: sch })}.validate`;
    }
    exports.getValidate = getValidate;
    function callRef(cxt, v, sch, $async) {
      const { gen, it } = cxt;
      const { allErrors, schemaEnv: env, opts } = it;
      const passCxt = opts.passContext ? names_1.default.this : codegen_1.nil;
      if ($async)
        callAsyncRef();
      else
        callSyncRef();
      function callAsyncRef() {
        if (!env.$async)
          throw new Error("async schema referenced by sync schema");
        const valid = gen.let("valid");
        gen.try(() => {
          gen.code((0, codegen_1._)`await ${(0, code_1.callValidateCode)(cxt, v, passCxt)}`);
          addEvaluatedFrom(v);
          if (!allErrors)
            gen.assign(valid, true);
        }, (e) => {
          gen.if((0, codegen_1._)`!(${e} instanceof ${it.ValidationError})`, () => gen.throw(e));
          addErrorsFrom(e);
          if (!allErrors)
            gen.assign(valid, false);
        });
        cxt.ok(valid);
      }
      function callSyncRef() {
        cxt.result((0, code_1.callValidateCode)(cxt, v, passCxt), () => addEvaluatedFrom(v), () => addErrorsFrom(v));
      }
      function addErrorsFrom(source) {
        const errs = (0, codegen_1._)`${source}.errors`;
        gen.assign(names_1.default.vErrors, (0, codegen_1._)`${names_1.default.vErrors} === null ? ${errs} : ${names_1.default.vErrors}.concat(${errs})`);
        gen.assign(names_1.default.errors, (0, codegen_1._)`${names_1.default.vErrors}.length`);
      }
      function addEvaluatedFrom(source) {
        var _a;
        if (!it.opts.unevaluated)
          return;
        const schEvaluated = (_a = sch === null || sch === void 0 ? void 0 : sch.validate) === null || _a === void 0 ? void 0 : _a.evaluated;
        if (it.props !== true) {
          if (schEvaluated && !schEvaluated.dynamicProps) {
            if (schEvaluated.props !== void 0) {
              it.props = util_1.mergeEvaluated.props(gen, schEvaluated.props, it.props);
            }
          } else {
            const props = gen.var("props", (0, codegen_1._)`${source}.evaluated.props`);
            it.props = util_1.mergeEvaluated.props(gen, props, it.props, codegen_1.Name);
          }
        }
        if (it.items !== true) {
          if (schEvaluated && !schEvaluated.dynamicItems) {
            if (schEvaluated.items !== void 0) {
              it.items = util_1.mergeEvaluated.items(gen, schEvaluated.items, it.items);
            }
          } else {
            const items = gen.var("items", (0, codegen_1._)`${source}.evaluated.items`);
            it.items = util_1.mergeEvaluated.items(gen, items, it.items, codegen_1.Name);
          }
        }
      }
    }
    exports.callRef = callRef;
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/core/index.js
var require_core2 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/core/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var id_1 = require_id();
    var ref_1 = require_ref();
    var core = [
      "$schema",
      "$id",
      "$defs",
      "$vocabulary",
      { keyword: "$comment" },
      "definitions",
      id_1.default,
      ref_1.default
    ];
    exports.default = core;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitNumber.js
var require_limitNumber = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitNumber.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var ops = codegen_1.operators;
    var KWDs = {
      maximum: { okStr: "<=", ok: ops.LTE, fail: ops.GT },
      minimum: { okStr: ">=", ok: ops.GTE, fail: ops.LT },
      exclusiveMaximum: { okStr: "<", ok: ops.LT, fail: ops.GTE },
      exclusiveMinimum: { okStr: ">", ok: ops.GT, fail: ops.LTE }
    };
    var error = {
      message: ({ keyword, schemaCode }) => (0, codegen_1.str)`must be ${KWDs[keyword].okStr} ${schemaCode}`,
      params: ({ keyword, schemaCode }) => (0, codegen_1._)`{comparison: ${KWDs[keyword].okStr}, limit: ${schemaCode}}`
    };
    var def = {
      keyword: Object.keys(KWDs),
      type: "number",
      schemaType: "number",
      $data: true,
      error,
      code(cxt) {
        const { keyword, data, schemaCode } = cxt;
        cxt.fail$data((0, codegen_1._)`${data} ${KWDs[keyword].fail} ${schemaCode} || isNaN(${data})`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/multipleOf.js
var require_multipleOf = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/multipleOf.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var error = {
      message: ({ schemaCode }) => (0, codegen_1.str)`must be multiple of ${schemaCode}`,
      params: ({ schemaCode }) => (0, codegen_1._)`{multipleOf: ${schemaCode}}`
    };
    var def = {
      keyword: "multipleOf",
      type: "number",
      schemaType: "number",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, schemaCode, it } = cxt;
        const prec = it.opts.multipleOfPrecision;
        const res = gen.let("res");
        const invalid2 = prec ? (0, codegen_1._)`Math.abs(Math.round(${res}) - ${res}) > 1e-${prec}` : (0, codegen_1._)`${res} !== parseInt(${res})`;
        cxt.fail$data((0, codegen_1._)`(${schemaCode} === 0 || (${res} = ${data}/${schemaCode}, ${invalid2}))`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/runtime/ucs2length.js
var require_ucs2length = __commonJS({
  "../../../work/main/node_modules/ajv/dist/runtime/ucs2length.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    function ucs2length(str) {
      const len = str.length;
      let length = 0;
      let pos = 0;
      let value;
      while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 55296 && value <= 56319 && pos < len) {
          value = str.charCodeAt(pos);
          if ((value & 64512) === 56320)
            pos++;
        }
      }
      return length;
    }
    exports.default = ucs2length;
    ucs2length.code = 'require("ajv/dist/runtime/ucs2length").default';
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitLength.js
var require_limitLength = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitLength.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var ucs2length_1 = require_ucs2length();
    var error = {
      message({ keyword, schemaCode }) {
        const comp = keyword === "maxLength" ? "more" : "fewer";
        return (0, codegen_1.str)`must NOT have ${comp} than ${schemaCode} characters`;
      },
      params: ({ schemaCode }) => (0, codegen_1._)`{limit: ${schemaCode}}`
    };
    var def = {
      keyword: ["maxLength", "minLength"],
      type: "string",
      schemaType: "number",
      $data: true,
      error,
      code(cxt) {
        const { keyword, data, schemaCode, it } = cxt;
        const op = keyword === "maxLength" ? codegen_1.operators.GT : codegen_1.operators.LT;
        const len = it.opts.unicode === false ? (0, codegen_1._)`${data}.length` : (0, codegen_1._)`${(0, util_1.useFunc)(cxt.gen, ucs2length_1.default)}(${data})`;
        cxt.fail$data((0, codegen_1._)`${len} ${op} ${schemaCode}`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/pattern.js
var require_pattern = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/pattern.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var code_1 = require_code2();
    var util_1 = require_util();
    var codegen_1 = require_codegen();
    var error = {
      message: ({ schemaCode }) => (0, codegen_1.str)`must match pattern "${schemaCode}"`,
      params: ({ schemaCode }) => (0, codegen_1._)`{pattern: ${schemaCode}}`
    };
    var def = {
      keyword: "pattern",
      type: "string",
      schemaType: "string",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, $data, schema, schemaCode, it } = cxt;
        const u = it.opts.unicodeRegExp ? "u" : "";
        if ($data) {
          const { regExp } = it.opts.code;
          const regExpCode = regExp.code === "new RegExp" ? (0, codegen_1._)`new RegExp` : (0, util_1.useFunc)(gen, regExp);
          const valid = gen.let("valid");
          gen.try(() => gen.assign(valid, (0, codegen_1._)`${regExpCode}(${schemaCode}, ${u}).test(${data})`), () => gen.assign(valid, false));
          cxt.fail$data((0, codegen_1._)`!${valid}`);
        } else {
          const regExp = (0, code_1.usePattern)(cxt, schema);
          cxt.fail$data((0, codegen_1._)`!${regExp}.test(${data})`);
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitProperties.js
var require_limitProperties = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitProperties.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var error = {
      message({ keyword, schemaCode }) {
        const comp = keyword === "maxProperties" ? "more" : "fewer";
        return (0, codegen_1.str)`must NOT have ${comp} than ${schemaCode} properties`;
      },
      params: ({ schemaCode }) => (0, codegen_1._)`{limit: ${schemaCode}}`
    };
    var def = {
      keyword: ["maxProperties", "minProperties"],
      type: "object",
      schemaType: "number",
      $data: true,
      error,
      code(cxt) {
        const { keyword, data, schemaCode } = cxt;
        const op = keyword === "maxProperties" ? codegen_1.operators.GT : codegen_1.operators.LT;
        cxt.fail$data((0, codegen_1._)`Object.keys(${data}).length ${op} ${schemaCode}`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/required.js
var require_required = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/required.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var code_1 = require_code2();
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: ({ params: { missingProperty } }) => (0, codegen_1.str)`must have required property '${missingProperty}'`,
      params: ({ params: { missingProperty } }) => (0, codegen_1._)`{missingProperty: ${missingProperty}}`
    };
    var def = {
      keyword: "required",
      type: "object",
      schemaType: "array",
      $data: true,
      error,
      code(cxt) {
        const { gen, schema, schemaCode, data, $data, it } = cxt;
        const { opts } = it;
        if (!$data && schema.length === 0)
          return;
        const useLoop = schema.length >= opts.loopRequired;
        if (it.allErrors)
          allErrorsMode();
        else
          exitOnErrorMode();
        if (opts.strictRequired) {
          const props = cxt.parentSchema.properties;
          const { definedProperties } = cxt.it;
          for (const requiredKey of schema) {
            if ((props === null || props === void 0 ? void 0 : props[requiredKey]) === void 0 && !definedProperties.has(requiredKey)) {
              const schemaPath = it.schemaEnv.baseId + it.errSchemaPath;
              const msg = `required property "${requiredKey}" is not defined at "${schemaPath}" (strictRequired)`;
              (0, util_1.checkStrictMode)(it, msg, it.opts.strictRequired);
            }
          }
        }
        function allErrorsMode() {
          if (useLoop || $data) {
            cxt.block$data(codegen_1.nil, loopAllRequired);
          } else {
            for (const prop of schema) {
              (0, code_1.checkReportMissingProp)(cxt, prop);
            }
          }
        }
        function exitOnErrorMode() {
          const missing2 = gen.let("missing");
          if (useLoop || $data) {
            const valid = gen.let("valid", true);
            cxt.block$data(valid, () => loopUntilMissing(missing2, valid));
            cxt.ok(valid);
          } else {
            gen.if((0, code_1.checkMissingProp)(cxt, schema, missing2));
            (0, code_1.reportMissingProp)(cxt, missing2);
            gen.else();
          }
        }
        function loopAllRequired() {
          gen.forOf("prop", schemaCode, (prop) => {
            cxt.setParams({ missingProperty: prop });
            gen.if((0, code_1.noPropertyInData)(gen, data, prop, opts.ownProperties), () => cxt.error());
          });
        }
        function loopUntilMissing(missing2, valid) {
          cxt.setParams({ missingProperty: missing2 });
          gen.forOf(missing2, schemaCode, () => {
            gen.assign(valid, (0, code_1.propertyInData)(gen, data, missing2, opts.ownProperties));
            gen.if((0, codegen_1.not)(valid), () => {
              cxt.error();
              gen.break();
            });
          }, codegen_1.nil);
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitItems.js
var require_limitItems = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/limitItems.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var error = {
      message({ keyword, schemaCode }) {
        const comp = keyword === "maxItems" ? "more" : "fewer";
        return (0, codegen_1.str)`must NOT have ${comp} than ${schemaCode} items`;
      },
      params: ({ schemaCode }) => (0, codegen_1._)`{limit: ${schemaCode}}`
    };
    var def = {
      keyword: ["maxItems", "minItems"],
      type: "array",
      schemaType: "number",
      $data: true,
      error,
      code(cxt) {
        const { keyword, data, schemaCode } = cxt;
        const op = keyword === "maxItems" ? codegen_1.operators.GT : codegen_1.operators.LT;
        cxt.fail$data((0, codegen_1._)`${data}.length ${op} ${schemaCode}`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/runtime/equal.js
var require_equal = __commonJS({
  "../../../work/main/node_modules/ajv/dist/runtime/equal.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var equal = require_fast_deep_equal();
    equal.code = 'require("ajv/dist/runtime/equal").default';
    exports.default = equal;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/uniqueItems.js
var require_uniqueItems = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/uniqueItems.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var dataType_1 = require_dataType();
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var equal_1 = require_equal();
    var error = {
      message: ({ params: { i, j } }) => (0, codegen_1.str)`must NOT have duplicate items (items ## ${j} and ${i} are identical)`,
      params: ({ params: { i, j } }) => (0, codegen_1._)`{i: ${i}, j: ${j}}`
    };
    var def = {
      keyword: "uniqueItems",
      type: "array",
      schemaType: "boolean",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, $data, schema, parentSchema, schemaCode, it } = cxt;
        if (!$data && !schema)
          return;
        const valid = gen.let("valid");
        const itemTypes = parentSchema.items ? (0, dataType_1.getSchemaTypes)(parentSchema.items) : [];
        cxt.block$data(valid, validateUniqueItems, (0, codegen_1._)`${schemaCode} === false`);
        cxt.ok(valid);
        function validateUniqueItems() {
          const i = gen.let("i", (0, codegen_1._)`${data}.length`);
          const j = gen.let("j");
          cxt.setParams({ i, j });
          gen.assign(valid, true);
          gen.if((0, codegen_1._)`${i} > 1`, () => (canOptimize() ? loopN : loopN2)(i, j));
        }
        function canOptimize() {
          return itemTypes.length > 0 && !itemTypes.some((t) => t === "object" || t === "array");
        }
        function loopN(i, j) {
          const item = gen.name("item");
          const wrongType = (0, dataType_1.checkDataTypes)(itemTypes, item, it.opts.strictNumbers, dataType_1.DataType.Wrong);
          const indices = gen.const("indices", (0, codegen_1._)`{}`);
          gen.for((0, codegen_1._)`;${i}--;`, () => {
            gen.let(item, (0, codegen_1._)`${data}[${i}]`);
            gen.if(wrongType, (0, codegen_1._)`continue`);
            if (itemTypes.length > 1)
              gen.if((0, codegen_1._)`typeof ${item} == "string"`, (0, codegen_1._)`${item} += "_"`);
            gen.if((0, codegen_1._)`typeof ${indices}[${item}] == "number"`, () => {
              gen.assign(j, (0, codegen_1._)`${indices}[${item}]`);
              cxt.error();
              gen.assign(valid, false).break();
            }).code((0, codegen_1._)`${indices}[${item}] = ${i}`);
          });
        }
        function loopN2(i, j) {
          const eql = (0, util_1.useFunc)(gen, equal_1.default);
          const outer = gen.name("outer");
          gen.label(outer).for((0, codegen_1._)`;${i}--;`, () => gen.for((0, codegen_1._)`${j} = ${i}; ${j}--;`, () => gen.if((0, codegen_1._)`${eql}(${data}[${i}], ${data}[${j}])`, () => {
            cxt.error();
            gen.assign(valid, false).break(outer);
          })));
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/const.js
var require_const = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/const.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var equal_1 = require_equal();
    var error = {
      message: "must be equal to constant",
      params: ({ schemaCode }) => (0, codegen_1._)`{allowedValue: ${schemaCode}}`
    };
    var def = {
      keyword: "const",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, $data, schemaCode, schema } = cxt;
        if ($data || schema && typeof schema == "object") {
          cxt.fail$data((0, codegen_1._)`!${(0, util_1.useFunc)(gen, equal_1.default)}(${data}, ${schemaCode})`);
        } else {
          cxt.fail((0, codegen_1._)`${schema} !== ${data}`);
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/enum.js
var require_enum = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/enum.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var equal_1 = require_equal();
    var error = {
      message: "must be equal to one of the allowed values",
      params: ({ schemaCode }) => (0, codegen_1._)`{allowedValues: ${schemaCode}}`
    };
    var def = {
      keyword: "enum",
      schemaType: "array",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, $data, schema, schemaCode, it } = cxt;
        if (!$data && schema.length === 0)
          throw new Error("enum must have non-empty array");
        const useLoop = schema.length >= it.opts.loopEnum;
        let eql;
        const getEql = () => eql !== null && eql !== void 0 ? eql : eql = (0, util_1.useFunc)(gen, equal_1.default);
        let valid;
        if (useLoop || $data) {
          valid = gen.let("valid");
          cxt.block$data(valid, loopEnum);
        } else {
          if (!Array.isArray(schema))
            throw new Error("ajv implementation error");
          const vSchema = gen.const("vSchema", schemaCode);
          valid = (0, codegen_1.or)(...schema.map((_x, i) => equalCode(vSchema, i)));
        }
        cxt.pass(valid);
        function loopEnum() {
          gen.assign(valid, false);
          gen.forOf("v", schemaCode, (v) => gen.if((0, codegen_1._)`${getEql()}(${data}, ${v})`, () => gen.assign(valid, true).break()));
        }
        function equalCode(vSchema, i) {
          const sch = schema[i];
          return typeof sch === "object" && sch !== null ? (0, codegen_1._)`${getEql()}(${data}, ${vSchema}[${i}])` : (0, codegen_1._)`${data} === ${sch}`;
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/validation/index.js
var require_validation = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/validation/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var limitNumber_1 = require_limitNumber();
    var multipleOf_1 = require_multipleOf();
    var limitLength_1 = require_limitLength();
    var pattern_1 = require_pattern();
    var limitProperties_1 = require_limitProperties();
    var required_1 = require_required();
    var limitItems_1 = require_limitItems();
    var uniqueItems_1 = require_uniqueItems();
    var const_1 = require_const();
    var enum_1 = require_enum();
    var validation = [
      // number
      limitNumber_1.default,
      multipleOf_1.default,
      // string
      limitLength_1.default,
      pattern_1.default,
      // object
      limitProperties_1.default,
      required_1.default,
      // array
      limitItems_1.default,
      uniqueItems_1.default,
      // any
      { keyword: "type", schemaType: ["string", "array"] },
      { keyword: "nullable", schemaType: "boolean" },
      const_1.default,
      enum_1.default
    ];
    exports.default = validation;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/additionalItems.js
var require_additionalItems = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/additionalItems.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateAdditionalItems = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: ({ params: { len } }) => (0, codegen_1.str)`must NOT have more than ${len} items`,
      params: ({ params: { len } }) => (0, codegen_1._)`{limit: ${len}}`
    };
    var def = {
      keyword: "additionalItems",
      type: "array",
      schemaType: ["boolean", "object"],
      before: "uniqueItems",
      error,
      code(cxt) {
        const { parentSchema, it } = cxt;
        const { items } = parentSchema;
        if (!Array.isArray(items)) {
          (0, util_1.checkStrictMode)(it, '"additionalItems" is ignored when "items" is not an array of schemas');
          return;
        }
        validateAdditionalItems(cxt, items);
      }
    };
    function validateAdditionalItems(cxt, items) {
      const { gen, schema, data, keyword, it } = cxt;
      it.items = true;
      const len = gen.const("len", (0, codegen_1._)`${data}.length`);
      if (schema === false) {
        cxt.setParams({ len: items.length });
        cxt.pass((0, codegen_1._)`${len} <= ${items.length}`);
      } else if (typeof schema == "object" && !(0, util_1.alwaysValidSchema)(it, schema)) {
        const valid = gen.var("valid", (0, codegen_1._)`${len} <= ${items.length}`);
        gen.if((0, codegen_1.not)(valid), () => validateItems(valid));
        cxt.ok(valid);
      }
      function validateItems(valid) {
        gen.forRange("i", items.length, len, (i) => {
          cxt.subschema({ keyword, dataProp: i, dataPropType: util_1.Type.Num }, valid);
          if (!it.allErrors)
            gen.if((0, codegen_1.not)(valid), () => gen.break());
        });
      }
    }
    exports.validateAdditionalItems = validateAdditionalItems;
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/items.js
var require_items = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/items.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateTuple = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var code_1 = require_code2();
    var def = {
      keyword: "items",
      type: "array",
      schemaType: ["object", "array", "boolean"],
      before: "uniqueItems",
      code(cxt) {
        const { schema, it } = cxt;
        if (Array.isArray(schema))
          return validateTuple(cxt, "additionalItems", schema);
        it.items = true;
        if ((0, util_1.alwaysValidSchema)(it, schema))
          return;
        cxt.ok((0, code_1.validateArray)(cxt));
      }
    };
    function validateTuple(cxt, extraItems, schArr = cxt.schema) {
      const { gen, parentSchema, data, keyword, it } = cxt;
      checkStrictTuple(parentSchema);
      if (it.opts.unevaluated && schArr.length && it.items !== true) {
        it.items = util_1.mergeEvaluated.items(gen, schArr.length, it.items);
      }
      const valid = gen.name("valid");
      const len = gen.const("len", (0, codegen_1._)`${data}.length`);
      schArr.forEach((sch, i) => {
        if ((0, util_1.alwaysValidSchema)(it, sch))
          return;
        gen.if((0, codegen_1._)`${len} > ${i}`, () => cxt.subschema({
          keyword,
          schemaProp: i,
          dataProp: i
        }, valid));
        cxt.ok(valid);
      });
      function checkStrictTuple(sch) {
        const { opts, errSchemaPath } = it;
        const l = schArr.length;
        const fullTuple = l === sch.minItems && (l === sch.maxItems || sch[extraItems] === false);
        if (opts.strictTuples && !fullTuple) {
          const msg = `"${keyword}" is ${l}-tuple, but minItems or maxItems/${extraItems} are not specified or different at path "${errSchemaPath}"`;
          (0, util_1.checkStrictMode)(it, msg, opts.strictTuples);
        }
      }
    }
    exports.validateTuple = validateTuple;
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/prefixItems.js
var require_prefixItems = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/prefixItems.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var items_1 = require_items();
    var def = {
      keyword: "prefixItems",
      type: "array",
      schemaType: ["array"],
      before: "uniqueItems",
      code: (cxt) => (0, items_1.validateTuple)(cxt, "items")
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/items2020.js
var require_items2020 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/items2020.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var code_1 = require_code2();
    var additionalItems_1 = require_additionalItems();
    var error = {
      message: ({ params: { len } }) => (0, codegen_1.str)`must NOT have more than ${len} items`,
      params: ({ params: { len } }) => (0, codegen_1._)`{limit: ${len}}`
    };
    var def = {
      keyword: "items",
      type: "array",
      schemaType: ["object", "boolean"],
      before: "uniqueItems",
      error,
      code(cxt) {
        const { schema, parentSchema, it } = cxt;
        const { prefixItems } = parentSchema;
        it.items = true;
        if ((0, util_1.alwaysValidSchema)(it, schema))
          return;
        if (prefixItems)
          (0, additionalItems_1.validateAdditionalItems)(cxt, prefixItems);
        else
          cxt.ok((0, code_1.validateArray)(cxt));
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/contains.js
var require_contains = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/contains.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: ({ params: { min, max } }) => max === void 0 ? (0, codegen_1.str)`must contain at least ${min} valid item(s)` : (0, codegen_1.str)`must contain at least ${min} and no more than ${max} valid item(s)`,
      params: ({ params: { min, max } }) => max === void 0 ? (0, codegen_1._)`{minContains: ${min}}` : (0, codegen_1._)`{minContains: ${min}, maxContains: ${max}}`
    };
    var def = {
      keyword: "contains",
      type: "array",
      schemaType: ["object", "boolean"],
      before: "uniqueItems",
      trackErrors: true,
      error,
      code(cxt) {
        const { gen, schema, parentSchema, data, it } = cxt;
        let min;
        let max;
        const { minContains, maxContains } = parentSchema;
        if (it.opts.next) {
          min = minContains === void 0 ? 1 : minContains;
          max = maxContains;
        } else {
          min = 1;
        }
        const len = gen.const("len", (0, codegen_1._)`${data}.length`);
        cxt.setParams({ min, max });
        if (max === void 0 && min === 0) {
          (0, util_1.checkStrictMode)(it, `"minContains" == 0 without "maxContains": "contains" keyword ignored`);
          return;
        }
        if (max !== void 0 && min > max) {
          (0, util_1.checkStrictMode)(it, `"minContains" > "maxContains" is always invalid`);
          cxt.fail();
          return;
        }
        if ((0, util_1.alwaysValidSchema)(it, schema)) {
          let cond = (0, codegen_1._)`${len} >= ${min}`;
          if (max !== void 0)
            cond = (0, codegen_1._)`${cond} && ${len} <= ${max}`;
          cxt.pass(cond);
          return;
        }
        it.items = true;
        const valid = gen.name("valid");
        if (max === void 0 && min === 1) {
          validateItems(valid, () => gen.if(valid, () => gen.break()));
        } else if (min === 0) {
          gen.let(valid, true);
          if (max !== void 0)
            gen.if((0, codegen_1._)`${data}.length > 0`, validateItemsWithCount);
        } else {
          gen.let(valid, false);
          validateItemsWithCount();
        }
        cxt.result(valid, () => cxt.reset());
        function validateItemsWithCount() {
          const schValid = gen.name("_valid");
          const count = gen.let("count", 0);
          validateItems(schValid, () => gen.if(schValid, () => checkLimits(count)));
        }
        function validateItems(_valid, block) {
          gen.forRange("i", 0, len, (i) => {
            cxt.subschema({
              keyword: "contains",
              dataProp: i,
              dataPropType: util_1.Type.Num,
              compositeRule: true
            }, _valid);
            block();
          });
        }
        function checkLimits(count) {
          gen.code((0, codegen_1._)`${count}++`);
          if (max === void 0) {
            gen.if((0, codegen_1._)`${count} >= ${min}`, () => gen.assign(valid, true).break());
          } else {
            gen.if((0, codegen_1._)`${count} > ${max}`, () => gen.assign(valid, false).break());
            if (min === 1)
              gen.assign(valid, true);
            else
              gen.if((0, codegen_1._)`${count} >= ${min}`, () => gen.assign(valid, true));
          }
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/dependencies.js
var require_dependencies = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/dependencies.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.validateSchemaDeps = exports.validatePropertyDeps = exports.error = void 0;
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var code_1 = require_code2();
    exports.error = {
      message: ({ params: { property, depsCount, deps } }) => {
        const property_ies = depsCount === 1 ? "property" : "properties";
        return (0, codegen_1.str)`must have ${property_ies} ${deps} when property ${property} is present`;
      },
      params: ({ params: { property, depsCount, deps, missingProperty } }) => (0, codegen_1._)`{property: ${property},
    missingProperty: ${missingProperty},
    depsCount: ${depsCount},
    deps: ${deps}}`
      // TODO change to reference
    };
    var def = {
      keyword: "dependencies",
      type: "object",
      schemaType: "object",
      error: exports.error,
      code(cxt) {
        const [propDeps, schDeps] = splitDependencies(cxt);
        validatePropertyDeps(cxt, propDeps);
        validateSchemaDeps(cxt, schDeps);
      }
    };
    function splitDependencies({ schema }) {
      const propertyDeps = {};
      const schemaDeps = {};
      for (const key2 in schema) {
        if (key2 === "__proto__")
          continue;
        const deps = Array.isArray(schema[key2]) ? propertyDeps : schemaDeps;
        deps[key2] = schema[key2];
      }
      return [propertyDeps, schemaDeps];
    }
    function validatePropertyDeps(cxt, propertyDeps = cxt.schema) {
      const { gen, data, it } = cxt;
      if (Object.keys(propertyDeps).length === 0)
        return;
      const missing2 = gen.let("missing");
      for (const prop in propertyDeps) {
        const deps = propertyDeps[prop];
        if (deps.length === 0)
          continue;
        const hasProperty = (0, code_1.propertyInData)(gen, data, prop, it.opts.ownProperties);
        cxt.setParams({
          property: prop,
          depsCount: deps.length,
          deps: deps.join(", ")
        });
        if (it.allErrors) {
          gen.if(hasProperty, () => {
            for (const depProp of deps) {
              (0, code_1.checkReportMissingProp)(cxt, depProp);
            }
          });
        } else {
          gen.if((0, codegen_1._)`${hasProperty} && (${(0, code_1.checkMissingProp)(cxt, deps, missing2)})`);
          (0, code_1.reportMissingProp)(cxt, missing2);
          gen.else();
        }
      }
    }
    exports.validatePropertyDeps = validatePropertyDeps;
    function validateSchemaDeps(cxt, schemaDeps = cxt.schema) {
      const { gen, data, keyword, it } = cxt;
      const valid = gen.name("valid");
      for (const prop in schemaDeps) {
        if ((0, util_1.alwaysValidSchema)(it, schemaDeps[prop]))
          continue;
        gen.if(
          (0, code_1.propertyInData)(gen, data, prop, it.opts.ownProperties),
          () => {
            const schCxt = cxt.subschema({ keyword, schemaProp: prop }, valid);
            cxt.mergeValidEvaluated(schCxt, valid);
          },
          () => gen.var(valid, true)
          // TODO var
        );
        cxt.ok(valid);
      }
    }
    exports.validateSchemaDeps = validateSchemaDeps;
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/propertyNames.js
var require_propertyNames = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/propertyNames.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: "property name must be valid",
      params: ({ params }) => (0, codegen_1._)`{propertyName: ${params.propertyName}}`
    };
    var def = {
      keyword: "propertyNames",
      type: "object",
      schemaType: ["object", "boolean"],
      error,
      code(cxt) {
        const { gen, schema, data, it } = cxt;
        if ((0, util_1.alwaysValidSchema)(it, schema))
          return;
        const valid = gen.name("valid");
        gen.forIn("key", data, (key2) => {
          cxt.setParams({ propertyName: key2 });
          cxt.subschema({
            keyword: "propertyNames",
            data: key2,
            dataTypes: ["string"],
            propertyName: key2,
            compositeRule: true
          }, valid);
          gen.if((0, codegen_1.not)(valid), () => {
            cxt.error(true);
            if (!it.allErrors)
              gen.break();
          });
        });
        cxt.ok(valid);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/additionalProperties.js
var require_additionalProperties = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/additionalProperties.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var code_1 = require_code2();
    var codegen_1 = require_codegen();
    var names_1 = require_names();
    var util_1 = require_util();
    var error = {
      message: "must NOT have additional properties",
      params: ({ params }) => (0, codegen_1._)`{additionalProperty: ${params.additionalProperty}}`
    };
    var def = {
      keyword: "additionalProperties",
      type: ["object"],
      schemaType: ["boolean", "object"],
      allowUndefined: true,
      trackErrors: true,
      error,
      code(cxt) {
        const { gen, schema, parentSchema, data, errsCount, it } = cxt;
        if (!errsCount)
          throw new Error("ajv implementation error");
        const { allErrors, opts } = it;
        it.props = true;
        if (opts.removeAdditional !== "all" && (0, util_1.alwaysValidSchema)(it, schema))
          return;
        const props = (0, code_1.allSchemaProperties)(parentSchema.properties);
        const patProps = (0, code_1.allSchemaProperties)(parentSchema.patternProperties);
        checkAdditionalProperties();
        cxt.ok((0, codegen_1._)`${errsCount} === ${names_1.default.errors}`);
        function checkAdditionalProperties() {
          gen.forIn("key", data, (key2) => {
            if (!props.length && !patProps.length)
              additionalPropertyCode(key2);
            else
              gen.if(isAdditional(key2), () => additionalPropertyCode(key2));
          });
        }
        function isAdditional(key2) {
          let definedProp;
          if (props.length > 8) {
            const propsSchema = (0, util_1.schemaRefOrVal)(it, parentSchema.properties, "properties");
            definedProp = (0, code_1.isOwnProperty)(gen, propsSchema, key2);
          } else if (props.length) {
            definedProp = (0, codegen_1.or)(...props.map((p) => (0, codegen_1._)`${key2} === ${p}`));
          } else {
            definedProp = codegen_1.nil;
          }
          if (patProps.length) {
            definedProp = (0, codegen_1.or)(definedProp, ...patProps.map((p) => (0, codegen_1._)`${(0, code_1.usePattern)(cxt, p)}.test(${key2})`));
          }
          return (0, codegen_1.not)(definedProp);
        }
        function deleteAdditional(key2) {
          gen.code((0, codegen_1._)`delete ${data}[${key2}]`);
        }
        function additionalPropertyCode(key2) {
          if (opts.removeAdditional === "all" || opts.removeAdditional && schema === false) {
            deleteAdditional(key2);
            return;
          }
          if (schema === false) {
            cxt.setParams({ additionalProperty: key2 });
            cxt.error();
            if (!allErrors)
              gen.break();
            return;
          }
          if (typeof schema == "object" && !(0, util_1.alwaysValidSchema)(it, schema)) {
            const valid = gen.name("valid");
            if (opts.removeAdditional === "failing") {
              applyAdditionalSchema(key2, valid, false);
              gen.if((0, codegen_1.not)(valid), () => {
                cxt.reset();
                deleteAdditional(key2);
              });
            } else {
              applyAdditionalSchema(key2, valid);
              if (!allErrors)
                gen.if((0, codegen_1.not)(valid), () => gen.break());
            }
          }
        }
        function applyAdditionalSchema(key2, valid, errors) {
          const subschema = {
            keyword: "additionalProperties",
            dataProp: key2,
            dataPropType: util_1.Type.Str
          };
          if (errors === false) {
            Object.assign(subschema, {
              compositeRule: true,
              createErrors: false,
              allErrors: false
            });
          }
          cxt.subschema(subschema, valid);
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/properties.js
var require_properties = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/properties.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var validate_1 = require_validate();
    var code_1 = require_code2();
    var util_1 = require_util();
    var additionalProperties_1 = require_additionalProperties();
    var def = {
      keyword: "properties",
      type: "object",
      schemaType: "object",
      code(cxt) {
        const { gen, schema, parentSchema, data, it } = cxt;
        if (it.opts.removeAdditional === "all" && parentSchema.additionalProperties === void 0) {
          additionalProperties_1.default.code(new validate_1.KeywordCxt(it, additionalProperties_1.default, "additionalProperties"));
        }
        const allProps = (0, code_1.allSchemaProperties)(schema);
        for (const prop of allProps) {
          it.definedProperties.add(prop);
        }
        if (it.opts.unevaluated && allProps.length && it.props !== true) {
          it.props = util_1.mergeEvaluated.props(gen, (0, util_1.toHash)(allProps), it.props);
        }
        const properties = allProps.filter((p) => !(0, util_1.alwaysValidSchema)(it, schema[p]));
        if (properties.length === 0)
          return;
        const valid = gen.name("valid");
        for (const prop of properties) {
          if (hasDefault(prop)) {
            applyPropertySchema(prop);
          } else {
            gen.if((0, code_1.propertyInData)(gen, data, prop, it.opts.ownProperties));
            applyPropertySchema(prop);
            if (!it.allErrors)
              gen.else().var(valid, true);
            gen.endIf();
          }
          cxt.it.definedProperties.add(prop);
          cxt.ok(valid);
        }
        function hasDefault(prop) {
          return it.opts.useDefaults && !it.compositeRule && schema[prop].default !== void 0;
        }
        function applyPropertySchema(prop) {
          cxt.subschema({
            keyword: "properties",
            schemaProp: prop,
            dataProp: prop
          }, valid);
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/patternProperties.js
var require_patternProperties = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/patternProperties.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var code_1 = require_code2();
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var util_2 = require_util();
    var def = {
      keyword: "patternProperties",
      type: "object",
      schemaType: "object",
      code(cxt) {
        const { gen, schema, data, parentSchema, it } = cxt;
        const { opts } = it;
        const patterns = (0, code_1.allSchemaProperties)(schema);
        const alwaysValidPatterns = patterns.filter((p) => (0, util_1.alwaysValidSchema)(it, schema[p]));
        if (patterns.length === 0 || alwaysValidPatterns.length === patterns.length && (!it.opts.unevaluated || it.props === true)) {
          return;
        }
        const checkProperties = opts.strictSchema && !opts.allowMatchingProperties && parentSchema.properties;
        const valid = gen.name("valid");
        if (it.props !== true && !(it.props instanceof codegen_1.Name)) {
          it.props = (0, util_2.evaluatedPropsToName)(gen, it.props);
        }
        const { props } = it;
        validatePatternProperties();
        function validatePatternProperties() {
          for (const pat of patterns) {
            if (checkProperties)
              checkMatchingProperties(pat);
            if (it.allErrors) {
              validateProperties(pat);
            } else {
              gen.var(valid, true);
              validateProperties(pat);
              gen.if(valid);
            }
          }
        }
        function checkMatchingProperties(pat) {
          for (const prop in checkProperties) {
            if (new RegExp(pat).test(prop)) {
              (0, util_1.checkStrictMode)(it, `property ${prop} matches pattern ${pat} (use allowMatchingProperties)`);
            }
          }
        }
        function validateProperties(pat) {
          gen.forIn("key", data, (key2) => {
            gen.if((0, codegen_1._)`${(0, code_1.usePattern)(cxt, pat)}.test(${key2})`, () => {
              const alwaysValid = alwaysValidPatterns.includes(pat);
              if (!alwaysValid) {
                cxt.subschema({
                  keyword: "patternProperties",
                  schemaProp: pat,
                  dataProp: key2,
                  dataPropType: util_2.Type.Str
                }, valid);
              }
              if (it.opts.unevaluated && props !== true) {
                gen.assign((0, codegen_1._)`${props}[${key2}]`, true);
              } else if (!alwaysValid && !it.allErrors) {
                gen.if((0, codegen_1.not)(valid), () => gen.break());
              }
            });
          });
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/not.js
var require_not = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/not.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var util_1 = require_util();
    var def = {
      keyword: "not",
      schemaType: ["object", "boolean"],
      trackErrors: true,
      code(cxt) {
        const { gen, schema, it } = cxt;
        if ((0, util_1.alwaysValidSchema)(it, schema)) {
          cxt.fail();
          return;
        }
        const valid = gen.name("valid");
        cxt.subschema({
          keyword: "not",
          compositeRule: true,
          createErrors: false,
          allErrors: false
        }, valid);
        cxt.failResult(valid, () => cxt.reset(), () => cxt.error());
      },
      error: { message: "must NOT be valid" }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/anyOf.js
var require_anyOf = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/anyOf.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var code_1 = require_code2();
    var def = {
      keyword: "anyOf",
      schemaType: "array",
      trackErrors: true,
      code: code_1.validateUnion,
      error: { message: "must match a schema in anyOf" }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/oneOf.js
var require_oneOf = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/oneOf.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: "must match exactly one schema in oneOf",
      params: ({ params }) => (0, codegen_1._)`{passingSchemas: ${params.passing}}`
    };
    var def = {
      keyword: "oneOf",
      schemaType: "array",
      trackErrors: true,
      error,
      code(cxt) {
        const { gen, schema, parentSchema, it } = cxt;
        if (!Array.isArray(schema))
          throw new Error("ajv implementation error");
        if (it.opts.discriminator && parentSchema.discriminator)
          return;
        const schArr = schema;
        const valid = gen.let("valid", false);
        const passing = gen.let("passing", null);
        const schValid = gen.name("_valid");
        cxt.setParams({ passing });
        gen.block(validateOneOf);
        cxt.result(valid, () => cxt.reset(), () => cxt.error(true));
        function validateOneOf() {
          schArr.forEach((sch, i) => {
            let schCxt;
            if ((0, util_1.alwaysValidSchema)(it, sch)) {
              gen.var(schValid, true);
            } else {
              schCxt = cxt.subschema({
                keyword: "oneOf",
                schemaProp: i,
                compositeRule: true
              }, schValid);
            }
            if (i > 0) {
              gen.if((0, codegen_1._)`${schValid} && ${valid}`).assign(valid, false).assign(passing, (0, codegen_1._)`[${passing}, ${i}]`).else();
            }
            gen.if(schValid, () => {
              gen.assign(valid, true);
              gen.assign(passing, i);
              if (schCxt)
                cxt.mergeEvaluated(schCxt, codegen_1.Name);
            });
          });
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/allOf.js
var require_allOf = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/allOf.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var util_1 = require_util();
    var def = {
      keyword: "allOf",
      schemaType: "array",
      code(cxt) {
        const { gen, schema, it } = cxt;
        if (!Array.isArray(schema))
          throw new Error("ajv implementation error");
        const valid = gen.name("valid");
        schema.forEach((sch, i) => {
          if ((0, util_1.alwaysValidSchema)(it, sch))
            return;
          const schCxt = cxt.subschema({ keyword: "allOf", schemaProp: i }, valid);
          cxt.ok(valid);
          cxt.mergeEvaluated(schCxt);
        });
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/if.js
var require_if = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/if.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var util_1 = require_util();
    var error = {
      message: ({ params }) => (0, codegen_1.str)`must match "${params.ifClause}" schema`,
      params: ({ params }) => (0, codegen_1._)`{failingKeyword: ${params.ifClause}}`
    };
    var def = {
      keyword: "if",
      schemaType: ["object", "boolean"],
      trackErrors: true,
      error,
      code(cxt) {
        const { gen, parentSchema, it } = cxt;
        if (parentSchema.then === void 0 && parentSchema.else === void 0) {
          (0, util_1.checkStrictMode)(it, '"if" without "then" and "else" is ignored');
        }
        const hasThen = hasSchema(it, "then");
        const hasElse = hasSchema(it, "else");
        if (!hasThen && !hasElse)
          return;
        const valid = gen.let("valid", true);
        const schValid = gen.name("_valid");
        validateIf();
        cxt.reset();
        if (hasThen && hasElse) {
          const ifClause = gen.let("ifClause");
          cxt.setParams({ ifClause });
          gen.if(schValid, validateClause("then", ifClause), validateClause("else", ifClause));
        } else if (hasThen) {
          gen.if(schValid, validateClause("then"));
        } else {
          gen.if((0, codegen_1.not)(schValid), validateClause("else"));
        }
        cxt.pass(valid, () => cxt.error(true));
        function validateIf() {
          const schCxt = cxt.subschema({
            keyword: "if",
            compositeRule: true,
            createErrors: false,
            allErrors: false
          }, schValid);
          cxt.mergeEvaluated(schCxt);
        }
        function validateClause(keyword, ifClause) {
          return () => {
            const schCxt = cxt.subschema({ keyword }, schValid);
            gen.assign(valid, schValid);
            cxt.mergeValidEvaluated(schCxt, valid);
            if (ifClause)
              gen.assign(ifClause, (0, codegen_1._)`${keyword}`);
            else
              cxt.setParams({ ifClause: keyword });
          };
        }
      }
    };
    function hasSchema(it, keyword) {
      const schema = it.schema[keyword];
      return schema !== void 0 && !(0, util_1.alwaysValidSchema)(it, schema);
    }
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/thenElse.js
var require_thenElse = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/thenElse.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var util_1 = require_util();
    var def = {
      keyword: ["then", "else"],
      schemaType: ["object", "boolean"],
      code({ keyword, parentSchema, it }) {
        if (parentSchema.if === void 0)
          (0, util_1.checkStrictMode)(it, `"${keyword}" without "if" is ignored`);
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/applicator/index.js
var require_applicator = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/applicator/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var additionalItems_1 = require_additionalItems();
    var prefixItems_1 = require_prefixItems();
    var items_1 = require_items();
    var items2020_1 = require_items2020();
    var contains_1 = require_contains();
    var dependencies_1 = require_dependencies();
    var propertyNames_1 = require_propertyNames();
    var additionalProperties_1 = require_additionalProperties();
    var properties_1 = require_properties();
    var patternProperties_1 = require_patternProperties();
    var not_1 = require_not();
    var anyOf_1 = require_anyOf();
    var oneOf_1 = require_oneOf();
    var allOf_1 = require_allOf();
    var if_1 = require_if();
    var thenElse_1 = require_thenElse();
    function getApplicator(draft2020 = false) {
      const applicator = [
        // any
        not_1.default,
        anyOf_1.default,
        oneOf_1.default,
        allOf_1.default,
        if_1.default,
        thenElse_1.default,
        // object
        propertyNames_1.default,
        additionalProperties_1.default,
        dependencies_1.default,
        properties_1.default,
        patternProperties_1.default
      ];
      if (draft2020)
        applicator.push(prefixItems_1.default, items2020_1.default);
      else
        applicator.push(additionalItems_1.default, items_1.default);
      applicator.push(contains_1.default);
      return applicator;
    }
    exports.default = getApplicator;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/format/format.js
var require_format = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/format/format.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var error = {
      message: ({ schemaCode }) => (0, codegen_1.str)`must match format "${schemaCode}"`,
      params: ({ schemaCode }) => (0, codegen_1._)`{format: ${schemaCode}}`
    };
    var def = {
      keyword: "format",
      type: ["number", "string"],
      schemaType: "string",
      $data: true,
      error,
      code(cxt, ruleType) {
        const { gen, data, $data, schema, schemaCode, it } = cxt;
        const { opts, errSchemaPath, schemaEnv, self } = it;
        if (!opts.validateFormats)
          return;
        if ($data)
          validate$DataFormat();
        else
          validateFormat();
        function validate$DataFormat() {
          const fmts = gen.scopeValue("formats", {
            ref: self.formats,
            code: opts.code.formats
          });
          const fDef = gen.const("fDef", (0, codegen_1._)`${fmts}[${schemaCode}]`);
          const fType = gen.let("fType");
          const format = gen.let("format");
          gen.if((0, codegen_1._)`typeof ${fDef} == "object" && !(${fDef} instanceof RegExp)`, () => gen.assign(fType, (0, codegen_1._)`${fDef}.type || "string"`).assign(format, (0, codegen_1._)`${fDef}.validate`), () => gen.assign(fType, (0, codegen_1._)`"string"`).assign(format, fDef));
          cxt.fail$data((0, codegen_1.or)(unknownFmt(), invalidFmt()));
          function unknownFmt() {
            if (opts.strictSchema === false)
              return codegen_1.nil;
            return (0, codegen_1._)`${schemaCode} && !${format}`;
          }
          function invalidFmt() {
            const callFormat = schemaEnv.$async ? (0, codegen_1._)`(${fDef}.async ? await ${format}(${data}) : ${format}(${data}))` : (0, codegen_1._)`${format}(${data})`;
            const validData = (0, codegen_1._)`(typeof ${format} == "function" ? ${callFormat} : ${format}.test(${data}))`;
            return (0, codegen_1._)`${format} && ${format} !== true && ${fType} === ${ruleType} && !${validData}`;
          }
        }
        function validateFormat() {
          const formatDef = self.formats[schema];
          if (!formatDef) {
            unknownFormat();
            return;
          }
          if (formatDef === true)
            return;
          const [fmtType, format, fmtRef] = getFormat(formatDef);
          if (fmtType === ruleType)
            cxt.pass(validCondition());
          function unknownFormat() {
            if (opts.strictSchema === false) {
              self.logger.warn(unknownMsg());
              return;
            }
            throw new Error(unknownMsg());
            function unknownMsg() {
              return `unknown format "${schema}" ignored in schema at path "${errSchemaPath}"`;
            }
          }
          function getFormat(fmtDef) {
            const code = fmtDef instanceof RegExp ? (0, codegen_1.regexpCode)(fmtDef) : opts.code.formats ? (0, codegen_1._)`${opts.code.formats}${(0, codegen_1.getProperty)(schema)}` : void 0;
            const fmt = gen.scopeValue("formats", { key: schema, ref: fmtDef, code });
            if (typeof fmtDef == "object" && !(fmtDef instanceof RegExp)) {
              return [fmtDef.type || "string", fmtDef.validate, (0, codegen_1._)`${fmt}.validate`];
            }
            return ["string", fmtDef, fmt];
          }
          function validCondition() {
            if (typeof formatDef == "object" && !(formatDef instanceof RegExp) && formatDef.async) {
              if (!schemaEnv.$async)
                throw new Error("async format in sync schema");
              return (0, codegen_1._)`await ${fmtRef}(${data})`;
            }
            return typeof format == "function" ? (0, codegen_1._)`${fmtRef}(${data})` : (0, codegen_1._)`${fmtRef}.test(${data})`;
          }
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/format/index.js
var require_format2 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/format/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var format_1 = require_format();
    var format = [format_1.default];
    exports.default = format;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/metadata.js
var require_metadata = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/metadata.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.contentVocabulary = exports.metadataVocabulary = void 0;
    exports.metadataVocabulary = [
      "title",
      "description",
      "default",
      "deprecated",
      "readOnly",
      "writeOnly",
      "examples"
    ];
    exports.contentVocabulary = [
      "contentMediaType",
      "contentEncoding",
      "contentSchema"
    ];
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/draft7.js
var require_draft7 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/draft7.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var core_1 = require_core2();
    var validation_1 = require_validation();
    var applicator_1 = require_applicator();
    var format_1 = require_format2();
    var metadata_1 = require_metadata();
    var draft7Vocabularies = [
      core_1.default,
      validation_1.default,
      (0, applicator_1.default)(),
      format_1.default,
      metadata_1.metadataVocabulary,
      metadata_1.contentVocabulary
    ];
    exports.default = draft7Vocabularies;
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/discriminator/types.js
var require_types = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/discriminator/types.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.DiscrError = void 0;
    var DiscrError;
    (function(DiscrError2) {
      DiscrError2["Tag"] = "tag";
      DiscrError2["Mapping"] = "mapping";
    })(DiscrError || (exports.DiscrError = DiscrError = {}));
  }
});

// ../../../work/main/node_modules/ajv/dist/vocabularies/discriminator/index.js
var require_discriminator = __commonJS({
  "../../../work/main/node_modules/ajv/dist/vocabularies/discriminator/index.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var codegen_1 = require_codegen();
    var types_1 = require_types();
    var compile_1 = require_compile();
    var ref_error_1 = require_ref_error();
    var util_1 = require_util();
    var error = {
      message: ({ params: { discrError, tagName } }) => discrError === types_1.DiscrError.Tag ? `tag "${tagName}" must be string` : `value of tag "${tagName}" must be in oneOf`,
      params: ({ params: { discrError, tag, tagName } }) => (0, codegen_1._)`{error: ${discrError}, tag: ${tagName}, tagValue: ${tag}}`
    };
    var def = {
      keyword: "discriminator",
      type: "object",
      schemaType: "object",
      error,
      code(cxt) {
        const { gen, data, schema, parentSchema, it } = cxt;
        const { oneOf: oneOf2 } = parentSchema;
        if (!it.opts.discriminator) {
          throw new Error("discriminator: requires discriminator option");
        }
        const tagName = schema.propertyName;
        if (typeof tagName != "string")
          throw new Error("discriminator: requires propertyName");
        if (schema.mapping)
          throw new Error("discriminator: mapping is not supported");
        if (!oneOf2)
          throw new Error("discriminator: requires oneOf keyword");
        const valid = gen.let("valid", false);
        const tag = gen.const("tag", (0, codegen_1._)`${data}${(0, codegen_1.getProperty)(tagName)}`);
        gen.if((0, codegen_1._)`typeof ${tag} == "string"`, () => validateMapping(), () => cxt.error(false, { discrError: types_1.DiscrError.Tag, tag, tagName }));
        cxt.ok(valid);
        function validateMapping() {
          const mapping = getMapping();
          gen.if(false);
          for (const tagValue in mapping) {
            gen.elseIf((0, codegen_1._)`${tag} === ${tagValue}`);
            gen.assign(valid, applyTagSchema(mapping[tagValue]));
          }
          gen.else();
          cxt.error(false, { discrError: types_1.DiscrError.Mapping, tag, tagName });
          gen.endIf();
        }
        function applyTagSchema(schemaProp) {
          const _valid = gen.name("valid");
          const schCxt = cxt.subschema({ keyword: "oneOf", schemaProp }, _valid);
          cxt.mergeEvaluated(schCxt, codegen_1.Name);
          return _valid;
        }
        function getMapping() {
          var _a;
          const oneOfMapping = {};
          const topRequired = hasRequired(parentSchema);
          let tagRequired = true;
          for (let i = 0; i < oneOf2.length; i++) {
            let sch = oneOf2[i];
            if ((sch === null || sch === void 0 ? void 0 : sch.$ref) && !(0, util_1.schemaHasRulesButRef)(sch, it.self.RULES)) {
              const ref = sch.$ref;
              sch = compile_1.resolveRef.call(it.self, it.schemaEnv.root, it.baseId, ref);
              if (sch instanceof compile_1.SchemaEnv)
                sch = sch.schema;
              if (sch === void 0)
                throw new ref_error_1.default(it.opts.uriResolver, it.baseId, ref);
            }
            const propSch = (_a = sch === null || sch === void 0 ? void 0 : sch.properties) === null || _a === void 0 ? void 0 : _a[tagName];
            if (typeof propSch != "object") {
              throw new Error(`discriminator: oneOf subschemas (or referenced schemas) must have "properties/${tagName}"`);
            }
            tagRequired = tagRequired && (topRequired || hasRequired(sch));
            addMappings(propSch, i);
          }
          if (!tagRequired)
            throw new Error(`discriminator: "${tagName}" must be required`);
          return oneOfMapping;
          function hasRequired({ required }) {
            return Array.isArray(required) && required.includes(tagName);
          }
          function addMappings(sch, i) {
            if (sch.const) {
              addMapping(sch.const, i);
            } else if (sch.enum) {
              for (const tagValue of sch.enum) {
                addMapping(tagValue, i);
              }
            } else {
              throw new Error(`discriminator: "properties/${tagName}" must have "const" or "enum"`);
            }
          }
          function addMapping(tagValue, i) {
            if (typeof tagValue != "string" || tagValue in oneOfMapping) {
              throw new Error(`discriminator: "${tagName}" values must be unique strings`);
            }
            oneOfMapping[tagValue] = i;
          }
        }
      }
    };
    exports.default = def;
  }
});

// ../../../work/main/node_modules/ajv/dist/refs/json-schema-draft-07.json
var require_json_schema_draft_07 = __commonJS({
  "../../../work/main/node_modules/ajv/dist/refs/json-schema-draft-07.json"(exports, module) {
    module.exports = {
      $schema: "http://json-schema.org/draft-07/schema#",
      $id: "http://json-schema.org/draft-07/schema#",
      title: "Core schema meta-schema",
      definitions: {
        schemaArray: {
          type: "array",
          minItems: 1,
          items: { $ref: "#" }
        },
        nonNegativeInteger: {
          type: "integer",
          minimum: 0
        },
        nonNegativeIntegerDefault0: {
          allOf: [{ $ref: "#/definitions/nonNegativeInteger" }, { default: 0 }]
        },
        simpleTypes: {
          enum: ["array", "boolean", "integer", "null", "number", "object", "string"]
        },
        stringArray: {
          type: "array",
          items: { type: "string" },
          uniqueItems: true,
          default: []
        }
      },
      type: ["object", "boolean"],
      properties: {
        $id: {
          type: "string",
          format: "uri-reference"
        },
        $schema: {
          type: "string",
          format: "uri"
        },
        $ref: {
          type: "string",
          format: "uri-reference"
        },
        $comment: {
          type: "string"
        },
        title: {
          type: "string"
        },
        description: {
          type: "string"
        },
        default: true,
        readOnly: {
          type: "boolean",
          default: false
        },
        examples: {
          type: "array",
          items: true
        },
        multipleOf: {
          type: "number",
          exclusiveMinimum: 0
        },
        maximum: {
          type: "number"
        },
        exclusiveMaximum: {
          type: "number"
        },
        minimum: {
          type: "number"
        },
        exclusiveMinimum: {
          type: "number"
        },
        maxLength: { $ref: "#/definitions/nonNegativeInteger" },
        minLength: { $ref: "#/definitions/nonNegativeIntegerDefault0" },
        pattern: {
          type: "string",
          format: "regex"
        },
        additionalItems: { $ref: "#" },
        items: {
          anyOf: [{ $ref: "#" }, { $ref: "#/definitions/schemaArray" }],
          default: true
        },
        maxItems: { $ref: "#/definitions/nonNegativeInteger" },
        minItems: { $ref: "#/definitions/nonNegativeIntegerDefault0" },
        uniqueItems: {
          type: "boolean",
          default: false
        },
        contains: { $ref: "#" },
        maxProperties: { $ref: "#/definitions/nonNegativeInteger" },
        minProperties: { $ref: "#/definitions/nonNegativeIntegerDefault0" },
        required: { $ref: "#/definitions/stringArray" },
        additionalProperties: { $ref: "#" },
        definitions: {
          type: "object",
          additionalProperties: { $ref: "#" },
          default: {}
        },
        properties: {
          type: "object",
          additionalProperties: { $ref: "#" },
          default: {}
        },
        patternProperties: {
          type: "object",
          additionalProperties: { $ref: "#" },
          propertyNames: { format: "regex" },
          default: {}
        },
        dependencies: {
          type: "object",
          additionalProperties: {
            anyOf: [{ $ref: "#" }, { $ref: "#/definitions/stringArray" }]
          }
        },
        propertyNames: { $ref: "#" },
        const: true,
        enum: {
          type: "array",
          items: true,
          minItems: 1,
          uniqueItems: true
        },
        type: {
          anyOf: [
            { $ref: "#/definitions/simpleTypes" },
            {
              type: "array",
              items: { $ref: "#/definitions/simpleTypes" },
              minItems: 1,
              uniqueItems: true
            }
          ]
        },
        format: { type: "string" },
        contentMediaType: { type: "string" },
        contentEncoding: { type: "string" },
        if: { $ref: "#" },
        then: { $ref: "#" },
        else: { $ref: "#" },
        allOf: { $ref: "#/definitions/schemaArray" },
        anyOf: { $ref: "#/definitions/schemaArray" },
        oneOf: { $ref: "#/definitions/schemaArray" },
        not: { $ref: "#" }
      },
      default: true
    };
  }
});

// ../../../work/main/node_modules/ajv/dist/ajv.js
var require_ajv = __commonJS({
  "../../../work/main/node_modules/ajv/dist/ajv.js"(exports, module) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.MissingRefError = exports.ValidationError = exports.CodeGen = exports.Name = exports.nil = exports.stringify = exports.str = exports._ = exports.KeywordCxt = exports.Ajv = void 0;
    var core_1 = require_core();
    var draft7_1 = require_draft7();
    var discriminator_1 = require_discriminator();
    var draft7MetaSchema = require_json_schema_draft_07();
    var META_SUPPORT_DATA = ["/properties"];
    var META_SCHEMA_ID = "http://json-schema.org/draft-07/schema";
    var Ajv = class extends core_1.default {
      _addVocabularies() {
        super._addVocabularies();
        draft7_1.default.forEach((v) => this.addVocabulary(v));
        if (this.opts.discriminator)
          this.addKeyword(discriminator_1.default);
      }
      _addDefaultMetaSchema() {
        super._addDefaultMetaSchema();
        if (!this.opts.meta)
          return;
        const metaSchema = this.opts.$data ? this.$dataMetaSchema(draft7MetaSchema, META_SUPPORT_DATA) : draft7MetaSchema;
        this.addMetaSchema(metaSchema, META_SCHEMA_ID, false);
        this.refs["http://json-schema.org/schema"] = META_SCHEMA_ID;
      }
      defaultMeta() {
        return this.opts.defaultMeta = super.defaultMeta() || (this.getSchema(META_SCHEMA_ID) ? META_SCHEMA_ID : void 0);
      }
    };
    exports.Ajv = Ajv;
    module.exports = exports = Ajv;
    module.exports.Ajv = Ajv;
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.default = Ajv;
    var validate_1 = require_validate();
    Object.defineProperty(exports, "KeywordCxt", { enumerable: true, get: function() {
      return validate_1.KeywordCxt;
    } });
    var codegen_1 = require_codegen();
    Object.defineProperty(exports, "_", { enumerable: true, get: function() {
      return codegen_1._;
    } });
    Object.defineProperty(exports, "str", { enumerable: true, get: function() {
      return codegen_1.str;
    } });
    Object.defineProperty(exports, "stringify", { enumerable: true, get: function() {
      return codegen_1.stringify;
    } });
    Object.defineProperty(exports, "nil", { enumerable: true, get: function() {
      return codegen_1.nil;
    } });
    Object.defineProperty(exports, "Name", { enumerable: true, get: function() {
      return codegen_1.Name;
    } });
    Object.defineProperty(exports, "CodeGen", { enumerable: true, get: function() {
      return codegen_1.CodeGen;
    } });
    var validation_error_1 = require_validation_error();
    Object.defineProperty(exports, "ValidationError", { enumerable: true, get: function() {
      return validation_error_1.default;
    } });
    var ref_error_1 = require_ref_error();
    Object.defineProperty(exports, "MissingRefError", { enumerable: true, get: function() {
      return ref_error_1.default;
    } });
  }
});

// ../../../work/main/node_modules/ajv-formats/dist/formats.js
var require_formats = __commonJS({
  "../../../work/main/node_modules/ajv-formats/dist/formats.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.formatNames = exports.fastFormats = exports.fullFormats = void 0;
    function fmtDef(validate, compare) {
      return { validate, compare };
    }
    exports.fullFormats = {
      // date: http://tools.ietf.org/html/rfc3339#section-5.6
      date: fmtDef(date, compareDate),
      // date-time: http://tools.ietf.org/html/rfc3339#section-5.6
      time: fmtDef(getTime(true), compareTime),
      "date-time": fmtDef(getDateTime(true), compareDateTime),
      "iso-time": fmtDef(getTime(), compareIsoTime),
      "iso-date-time": fmtDef(getDateTime(), compareIsoDateTime),
      // duration: https://tools.ietf.org/html/rfc3339#appendix-A
      duration: /^P(?!$)((\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|(\d+W)?)$/,
      uri,
      "uri-reference": /^(?:[a-z][a-z0-9+\-.]*:)?(?:\/?\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?(?:\[(?:(?:(?:(?:[0-9a-f]{1,4}:){6}|::(?:[0-9a-f]{1,4}:){5}|(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){4}|(?:(?:[0-9a-f]{1,4}:){0,1}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){3}|(?:(?:[0-9a-f]{1,4}:){0,2}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){2}|(?:(?:[0-9a-f]{1,4}:){0,3}[0-9a-f]{1,4})?::[0-9a-f]{1,4}:|(?:(?:[0-9a-f]{1,4}:){0,4}[0-9a-f]{1,4})?::)(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?))|(?:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})?::[0-9a-f]{1,4}|(?:(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})?::)|[Vv][0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+)\]|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)|(?:[a-z0-9\-._~!$&'"()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*|\/(?:(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*)?|(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'"()*+,;=:@]|%[0-9a-f]{2})*)*)?(?:\?(?:[a-z0-9\-._~!$&'"()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9\-._~!$&'"()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i,
      // uri-template: https://tools.ietf.org/html/rfc6570
      "uri-template": /^(?:(?:[^\x00-\x20"'<>%\\^`{|}]|%[0-9a-f]{2})|\{[+#./;?&=,!@|]?(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?(?:,(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?)*\})*$/i,
      // For the source: https://gist.github.com/dperini/729294
      // For test cases: https://mathiasbynens.be/demo/url-regex
      url: /^(?:https?|ftp):\/\/(?:\S+(?::\S*)?@)?(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}(?:\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4]))|(?:(?:[a-z0-9\u{00a1}-\u{ffff}]+-)*[a-z0-9\u{00a1}-\u{ffff}]+)(?:\.(?:[a-z0-9\u{00a1}-\u{ffff}]+-)*[a-z0-9\u{00a1}-\u{ffff}]+)*(?:\.(?:[a-z\u{00a1}-\u{ffff}]{2,})))(?::\d{2,5})?(?:\/[^\s]*)?$/iu,
      email: /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i,
      hostname: /^(?=.{1,253}\.?$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-0-9a-z]{0,61}[0-9a-z])?)*\.?$/i,
      // optimized https://www.safaribooksonline.com/library/view/regular-expressions-cookbook/9780596802837/ch07s16.html
      ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/,
      ipv6: /^((([0-9a-f]{1,4}:){7}([0-9a-f]{1,4}|:))|(([0-9a-f]{1,4}:){6}(:[0-9a-f]{1,4}|((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|(([0-9a-f]{1,4}:){5}(((:[0-9a-f]{1,4}){1,2})|:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|(([0-9a-f]{1,4}:){4}(((:[0-9a-f]{1,4}){1,3})|((:[0-9a-f]{1,4})?:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){3}(((:[0-9a-f]{1,4}){1,4})|((:[0-9a-f]{1,4}){0,2}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){2}(((:[0-9a-f]{1,4}){1,5})|((:[0-9a-f]{1,4}){0,3}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(([0-9a-f]{1,4}:){1}(((:[0-9a-f]{1,4}){1,6})|((:[0-9a-f]{1,4}){0,4}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(:(((:[0-9a-f]{1,4}){1,7})|((:[0-9a-f]{1,4}){0,5}:((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:)))$/i,
      regex,
      // uuid: http://tools.ietf.org/html/rfc4122
      uuid: /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
      // JSON-pointer: https://tools.ietf.org/html/rfc6901
      // uri fragment: https://tools.ietf.org/html/rfc3986#appendix-A
      "json-pointer": /^(?:\/(?:[^~/]|~0|~1)*)*$/,
      "json-pointer-uri-fragment": /^#(?:\/(?:[a-z0-9_\-.!$&'()*+,;:=@]|%[0-9a-f]{2}|~0|~1)*)*$/i,
      // relative JSON-pointer: http://tools.ietf.org/html/draft-luff-relative-json-pointer-00
      "relative-json-pointer": /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/,
      // the following formats are used by the openapi specification: https://spec.openapis.org/oas/v3.0.0#data-types
      // byte: https://github.com/miguelmota/is-base64
      byte,
      // signed 32 bit integer
      int32: { type: "number", validate: validateInt32 },
      // signed 64 bit integer
      int64: { type: "number", validate: validateInt64 },
      // C-type float
      float: { type: "number", validate: validateNumber },
      // C-type double
      double: { type: "number", validate: validateNumber },
      // hint to the UI to hide input strings
      password: true,
      // unchecked string payload
      binary: true
    };
    exports.fastFormats = {
      ...exports.fullFormats,
      date: fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\d$/, compareDate),
      time: fmtDef(/^(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i, compareTime),
      "date-time": fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\dt(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)$/i, compareDateTime),
      "iso-time": fmtDef(/^(?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)?$/i, compareIsoTime),
      "iso-date-time": fmtDef(/^\d\d\d\d-[0-1]\d-[0-3]\d[t\s](?:[0-2]\d:[0-5]\d:[0-5]\d|23:59:60)(?:\.\d+)?(?:z|[+-]\d\d(?::?\d\d)?)?$/i, compareIsoDateTime),
      // uri: https://github.com/mafintosh/is-my-json-valid/blob/master/formats.js
      uri: /^(?:[a-z][a-z0-9+\-.]*:)(?:\/?\/)?[^\s]*$/i,
      "uri-reference": /^(?:(?:[a-z][a-z0-9+\-.]*:)?\/?\/)?(?:[^\\\s#][^\s#]*)?(?:#[^\\\s]*)?$/i,
      // email (sources from jsen validator):
      // http://stackoverflow.com/questions/201323/using-a-regular-expression-to-validate-an-email-address#answer-8829363
      // http://www.w3.org/TR/html5/forms.html#valid-e-mail-address (search for 'wilful violation')
      email: /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
    };
    exports.formatNames = Object.keys(exports.fullFormats);
    function isLeapYear(year) {
      return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    }
    var DATE = /^(\d\d\d\d)-(\d\d)-(\d\d)$/;
    var DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    function date(str) {
      const matches = DATE.exec(str);
      if (!matches)
        return false;
      const year = +matches[1];
      const month = +matches[2];
      const day = +matches[3];
      return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && isLeapYear(year) ? 29 : DAYS[month]);
    }
    function compareDate(d1, d2) {
      if (!(d1 && d2))
        return void 0;
      if (d1 > d2)
        return 1;
      if (d1 < d2)
        return -1;
      return 0;
    }
    var TIME = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)(z|([+-])(\d\d)(?::?(\d\d))?)?$/i;
    function getTime(strictTimeZone) {
      return function time(str) {
        const matches = TIME.exec(str);
        if (!matches)
          return false;
        const hr = +matches[1];
        const min = +matches[2];
        const sec = +matches[3];
        const tz = matches[4];
        const tzSign = matches[5] === "-" ? -1 : 1;
        const tzH = +(matches[6] || 0);
        const tzM = +(matches[7] || 0);
        if (tzH > 23 || tzM > 59 || strictTimeZone && !tz)
          return false;
        if (hr <= 23 && min <= 59 && sec < 60)
          return true;
        const utcMin = min - tzM * tzSign;
        const utcHr = hr - tzH * tzSign - (utcMin < 0 ? 1 : 0);
        return (utcHr === 23 || utcHr === -1) && (utcMin === 59 || utcMin === -1) && sec < 61;
      };
    }
    function compareTime(s1, s2) {
      if (!(s1 && s2))
        return void 0;
      const t1 = (/* @__PURE__ */ new Date("2020-01-01T" + s1)).valueOf();
      const t2 = (/* @__PURE__ */ new Date("2020-01-01T" + s2)).valueOf();
      if (!(t1 && t2))
        return void 0;
      return t1 - t2;
    }
    function compareIsoTime(t1, t2) {
      if (!(t1 && t2))
        return void 0;
      const a1 = TIME.exec(t1);
      const a2 = TIME.exec(t2);
      if (!(a1 && a2))
        return void 0;
      t1 = a1[1] + a1[2] + a1[3];
      t2 = a2[1] + a2[2] + a2[3];
      if (t1 > t2)
        return 1;
      if (t1 < t2)
        return -1;
      return 0;
    }
    var DATE_TIME_SEPARATOR = /t|\s/i;
    function getDateTime(strictTimeZone) {
      const time = getTime(strictTimeZone);
      return function date_time(str) {
        const dateTime = str.split(DATE_TIME_SEPARATOR);
        return dateTime.length === 2 && date(dateTime[0]) && time(dateTime[1]);
      };
    }
    function compareDateTime(dt1, dt2) {
      if (!(dt1 && dt2))
        return void 0;
      const d1 = new Date(dt1).valueOf();
      const d2 = new Date(dt2).valueOf();
      if (!(d1 && d2))
        return void 0;
      return d1 - d2;
    }
    function compareIsoDateTime(dt1, dt2) {
      if (!(dt1 && dt2))
        return void 0;
      const [d1, t1] = dt1.split(DATE_TIME_SEPARATOR);
      const [d2, t2] = dt2.split(DATE_TIME_SEPARATOR);
      const res = compareDate(d1, d2);
      if (res === void 0)
        return void 0;
      return res || compareTime(t1, t2);
    }
    var NOT_URI_FRAGMENT = /\/|:/;
    var URI = /^(?:[a-z][a-z0-9+\-.]*:)(?:\/?\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?(?:\[(?:(?:(?:(?:[0-9a-f]{1,4}:){6}|::(?:[0-9a-f]{1,4}:){5}|(?:[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){4}|(?:(?:[0-9a-f]{1,4}:){0,1}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){3}|(?:(?:[0-9a-f]{1,4}:){0,2}[0-9a-f]{1,4})?::(?:[0-9a-f]{1,4}:){2}|(?:(?:[0-9a-f]{1,4}:){0,3}[0-9a-f]{1,4})?::[0-9a-f]{1,4}:|(?:(?:[0-9a-f]{1,4}:){0,4}[0-9a-f]{1,4})?::)(?:[0-9a-f]{1,4}:[0-9a-f]{1,4}|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?))|(?:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4})?::[0-9a-f]{1,4}|(?:(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4})?::)|[Vv][0-9a-f]+\.[a-z0-9\-._~!$&'()*+,;=:]+)\]|(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*|\/(?:(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*)?|(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})+(?:\/(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})*)*)(?:\?(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?(?:#(?:[a-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i;
    function uri(str) {
      return NOT_URI_FRAGMENT.test(str) && URI.test(str);
    }
    var BYTE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/gm;
    function byte(str) {
      BYTE.lastIndex = 0;
      return BYTE.test(str);
    }
    var MIN_INT32 = -(2 ** 31);
    var MAX_INT32 = 2 ** 31 - 1;
    function validateInt32(value) {
      return Number.isInteger(value) && value <= MAX_INT32 && value >= MIN_INT32;
    }
    function validateInt64(value) {
      return Number.isInteger(value);
    }
    function validateNumber() {
      return true;
    }
    var Z_ANCHOR = /[^\\]\\Z/;
    function regex(str) {
      if (Z_ANCHOR.test(str))
        return false;
      try {
        new RegExp(str);
        return true;
      } catch (e) {
        return false;
      }
    }
  }
});

// ../../../work/main/node_modules/ajv-formats/dist/limit.js
var require_limit = __commonJS({
  "../../../work/main/node_modules/ajv-formats/dist/limit.js"(exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.formatLimitDefinition = void 0;
    var ajv_1 = require_ajv();
    var codegen_1 = require_codegen();
    var ops = codegen_1.operators;
    var KWDs = {
      formatMaximum: { okStr: "<=", ok: ops.LTE, fail: ops.GT },
      formatMinimum: { okStr: ">=", ok: ops.GTE, fail: ops.LT },
      formatExclusiveMaximum: { okStr: "<", ok: ops.LT, fail: ops.GTE },
      formatExclusiveMinimum: { okStr: ">", ok: ops.GT, fail: ops.LTE }
    };
    var error = {
      message: ({ keyword, schemaCode }) => (0, codegen_1.str)`should be ${KWDs[keyword].okStr} ${schemaCode}`,
      params: ({ keyword, schemaCode }) => (0, codegen_1._)`{comparison: ${KWDs[keyword].okStr}, limit: ${schemaCode}}`
    };
    exports.formatLimitDefinition = {
      keyword: Object.keys(KWDs),
      type: "string",
      schemaType: "string",
      $data: true,
      error,
      code(cxt) {
        const { gen, data, schemaCode, keyword, it } = cxt;
        const { opts, self } = it;
        if (!opts.validateFormats)
          return;
        const fCxt = new ajv_1.KeywordCxt(it, self.RULES.all.format.definition, "format");
        if (fCxt.$data)
          validate$DataFormat();
        else
          validateFormat();
        function validate$DataFormat() {
          const fmts = gen.scopeValue("formats", {
            ref: self.formats,
            code: opts.code.formats
          });
          const fmt = gen.const("fmt", (0, codegen_1._)`${fmts}[${fCxt.schemaCode}]`);
          cxt.fail$data((0, codegen_1.or)((0, codegen_1._)`typeof ${fmt} != "object"`, (0, codegen_1._)`${fmt} instanceof RegExp`, (0, codegen_1._)`typeof ${fmt}.compare != "function"`, compareCode(fmt)));
        }
        function validateFormat() {
          const format = fCxt.schema;
          const fmtDef = self.formats[format];
          if (!fmtDef || fmtDef === true)
            return;
          if (typeof fmtDef != "object" || fmtDef instanceof RegExp || typeof fmtDef.compare != "function") {
            throw new Error(`"${keyword}": format "${format}" does not define "compare" function`);
          }
          const fmt = gen.scopeValue("formats", {
            key: format,
            ref: fmtDef,
            code: opts.code.formats ? (0, codegen_1._)`${opts.code.formats}${(0, codegen_1.getProperty)(format)}` : void 0
          });
          cxt.fail$data(compareCode(fmt));
        }
        function compareCode(fmt) {
          return (0, codegen_1._)`${fmt}.compare(${data}, ${schemaCode}) ${KWDs[keyword].fail} 0`;
        }
      },
      dependencies: ["format"]
    };
    var formatLimitPlugin = (ajv) => {
      ajv.addKeyword(exports.formatLimitDefinition);
      return ajv;
    };
    exports.default = formatLimitPlugin;
  }
});

// ../../../work/main/node_modules/ajv-formats/dist/index.js
var require_dist = __commonJS({
  "../../../work/main/node_modules/ajv-formats/dist/index.js"(exports, module) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    var formats_1 = require_formats();
    var limit_1 = require_limit();
    var codegen_1 = require_codegen();
    var fullName = new codegen_1.Name("fullFormats");
    var fastName = new codegen_1.Name("fastFormats");
    var formatsPlugin = (ajv, opts = { keywords: true }) => {
      if (Array.isArray(opts)) {
        addFormats2(ajv, opts, formats_1.fullFormats, fullName);
        return ajv;
      }
      const [formats, exportName] = opts.mode === "fast" ? [formats_1.fastFormats, fastName] : [formats_1.fullFormats, fullName];
      const list = opts.formats || formats_1.formatNames;
      addFormats2(ajv, list, formats, exportName);
      if (opts.keywords)
        (0, limit_1.default)(ajv);
      return ajv;
    };
    formatsPlugin.get = (name, mode = "full") => {
      const formats = mode === "fast" ? formats_1.fastFormats : formats_1.fullFormats;
      const f = formats[name];
      if (!f)
        throw new Error(`Unknown format "${name}"`);
      return f;
    };
    function addFormats2(ajv, list, fs, exportName) {
      var _a;
      var _b;
      (_a = (_b = ajv.opts.code).formats) !== null && _a !== void 0 ? _a : _b.formats = (0, codegen_1._)`require("ajv-formats/dist/formats").${exportName}`;
      for (const f of list)
        ajv.addFormat(f, fs[f]);
    }
    module.exports = exports = formatsPlugin;
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.default = formatsPlugin;
  }
});

// test/sim/random.ts
var Random = class {
  #a;
  #b;
  #c;
  #counter = 1;
  /** @param seed any text; a number is its digits */
  constructor(seed) {
    [this.#a, this.#b, this.#c] = [hash(seed, 1), hash(seed, 2), hash(seed, 3)];
    for (let i = 0; i < 12; i++) this.next();
  }
  /** @returns at least 0, less than 1 */
  next() {
    const sum = this.#a + this.#b + this.#counter | 0;
    this.#counter = this.#counter + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + sum;
    return (sum >>> 0) / 4294967296;
  }
  between(least, most) {
    return least + (most - least) * this.next();
  }
  /** @returns a whole number, both ends included */
  whole(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  chance(probability) {
    return this.next() < probability;
  }
  pick(items) {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === void 0) throw new Error("nothing to pick from");
    return item;
  }
  /** @returns that many of them, in the order of chance */
  some(items, count) {
    const rest = [...items];
    const taken = [];
    while (taken.length < count && rest.length > 0) {
      taken.push(...rest.splice(Math.floor(this.next() * rest.length), 1));
    }
    return taken;
  }
};
function hash(text, salt) {
  let value = 2166136261 ^ salt * 2654435761;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  }
  return value | 0;
}

// test/sim/settings.ts
var RUN_MS = 6e4;
var FAULTS_END_MS = 4e4;
var FAULTS_BEGIN_MS = 4e3;
var PROFILES = {
  calm: { share: 1, kinds: ["noise"], countMax: 2 },
  crashes: { share: 3, kinds: ["crash", "crash", "pause"], countMax: 4 },
  partitions: { share: 3, kinds: ["partition", "partition", "api-away"], countMax: 4 },
  "one-way": { share: 2, kinds: ["one-way", "mute", "deaf"], countMax: 3 },
  flapping: { share: 2, kinds: [], countMax: 0 },
  planned: { share: 3, kinds: ["stop", "exclude", "service"], countMax: 5 },
  api: { share: 2, kinds: ["api-away", "controller-crash", "crash", "service"], countMax: 5 },
  links: { share: 1, kinds: ["carrier", "carrier", "pause"], countMax: 4 },
  strangers: { share: 1, kinds: ["stranger", "crash"], countMax: 3 },
  storm: {
    share: 4,
    kinds: [
      ...["crash", "stop", "pause", "partition", "carrier", "noise"],
      ...["api-away", "controller-crash", "exclude", "service"]
    ],
    countMax: 10
  }
};
function settingsOf(seed, profile) {
  const random = new Random(seed);
  const nodeCount = random.pick([3, 3, 3, 4, 4, 4, 5, 6]);
  const drawn = drawProfile(random);
  const name = profile ?? drawn;
  const services = {};
  for (let i = 0; i < random.whole(1, 3); i++) services[`s${i}`] = random.whole(1, nodeCount);
  const settlingTimeMs = name === "flapping" ? 6e4 : random.pick([3e3, 6e3, 6e4]);
  const offsetMax = Math.min(2e3, settlingTimeMs / 10);
  return {
    ...{ seed, profile: name, runMs: RUN_MS, nodeCount, services },
    ...random.pick([
      { intervalMs: 50, detectionMs: 330 },
      { intervalMs: 100, detectionMs: 300 }
    ]),
    delayMs: random.pick([0.3, 1, 3]),
    ...{ settlingTimeMs, moveIntervalMs: random.pick([300, 1e3]) },
    clocks: Array.from({ length: nodeCount }, () => ({
      rate: random.between(0.9997, 1.0003),
      offsetMs: random.between(-offsetMax, offsetMax)
    })),
    faults: name === "flapping" ? flapping(random, nodeCount) : faultsOf(random, name, nodeCount)
  };
}
function drawProfile(random) {
  const tickets = Object.entries(PROFILES).flatMap(
    ([name, { share }]) => Array.from({ length: share }, () => name)
  );
  return random.pick(tickets);
}
function faultsOf(random, profile, nodeCount) {
  const { kinds = [], countMax = 0 } = PROFILES[profile] ?? {};
  if (kinds.length === 0) throw new Error(`no profile ${profile}`);
  const faults = [];
  for (let i = random.whole(1, countMax); i > 0; i--) {
    const fault2 = faultOf(random, random.pick(kinds), nodeCount);
    const atMs = random.between(FAULTS_BEGIN_MS, FAULTS_END_MS - 2e3);
    const forMs = durationOf(random, fault2);
    faults.push({ fault: fault2, atMs, endMs: Math.min(atMs + forMs, FAULTS_END_MS) });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}
function durationOf(random, { kind }) {
  if (kind === "pause") return random.pick([60, 200, 250, 400, 900, 3e3]) * random.between(0.8, 1);
  return random.pick([150, 400, 1e3, 3e3, 8e3, 2e4]) * random.between(0.7, 1.3);
}
function faultOf(random, kind, nodeCount) {
  const node = random.whole(0, nodeCount - 1);
  switch (kind) {
    case "crash":
      return { kind, node, disk: random.pick(["fresh", "fresh", "old", "none"]) };
    case "stop":
    case "pause":
    case "mute":
    case "deaf":
    case "carrier":
    case "exclude":
      return { kind, node };
    case "partition":
      return { kind, groups: groupsOf(random, nodeCount) };
    case "one-way":
      return { kind, from: node, to: (node + random.whole(1, nodeCount - 1)) % nodeCount };
    case "noise":
      return {
        kind,
        loss: random.pick([0, 0.02, 0.1, 0.3]),
        duplicates: random.pick([0, 0.1]),
        delayMs: random.pick([0, 5, 40])
      };
    case "api-away":
      return {
        kind,
        node: random.pick(["all", "controller", node])
      };
    case "controller-crash":
      return { kind };
    case "service":
      return { kind, name: `s${random.whole(0, 3)}`, count: random.whole(0, nodeCount) };
    case "stranger":
      return { kind, address: random.whole(0, 3) };
  }
}
function groupsOf(random, nodeCount) {
  const pieces = random.pick([2, 2, 2, 3]);
  const groups = Array.from({ length: nodeCount }, () => random.whole(0, pieces - 1));
  if (groups.every((group) => group === groups[0])) groups[0] = (groups[0] ?? 0) === 0 ? 1 : 0;
  return groups;
}
function flapping(random, nodeCount) {
  const node = random.whole(0, nodeCount - 1);
  const alone = Array.from({ length: nodeCount }, (_, i) => i === node ? 1 : 0);
  const ways = [
    { kind: "crash", node, disk: "fresh" },
    { kind: "partition", groups: alone },
    { kind: "carrier", node },
    { kind: "mute", node }
  ];
  const way = random.pick(ways);
  const periodMs = random.pick([1200, 2500, 5e3]);
  const faults = [];
  for (let atMs = FAULTS_BEGIN_MS; atMs + periodMs < FAULTS_END_MS; atMs += periodMs) {
    const forMs = periodMs * random.between(0.2, 0.8);
    faults.push({ fault: way, atMs, endMs: atMs + forMs });
  }
  const away = { fault: { kind: "api-away", node: "all" }, atMs: FAULTS_BEGIN_MS - 500 };
  if (random.chance(0.5)) faults.unshift({ ...away, endMs: FAULTS_END_MS + 2e3 });
  return faults;
}
function greatestDelayMs({ faults }) {
  return Math.max(0, ...faults.map(({ fault: fault2 }) => fault2.kind === "noise" ? fault2.delayMs : 0));
}

// src/base/ip.ts
import { isIP } from "node:net";

// ../../../work/main/node_modules/ip-bigint/dist/index.js
function ipVersion(ip) {
  for (let i = 0; i < ip.length; i++) {
    const c2 = ip.charCodeAt(i);
    if (c2 === 58) return 6;
    if (c2 === 46) return 4;
  }
  return 0;
}
var leftGroups = [
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0
];
var rightGroups = [
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0
];
var shiftAmounts = [
  0n,
  112n,
  96n,
  80n,
  64n,
  48n,
  32n,
  16n
];
var byteHex = new Array(256);
var byteHexPad = new Array(256);
for (let idx = 0; idx < 256; idx++) {
  byteHex[idx] = idx.toString(16);
  byteHexPad[idx] = idx.toString(16).padStart(2, "0");
}
var extractView = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(16));
function packGroups(groups, count) {
  let num = 0n;
  let idx = 0;
  for (; idx + 1 < count; idx += 2) num = num << 32n | BigInt((groups[idx] << 16 | groups[idx + 1]) >>> 0);
  if (idx < count) num = num << 16n | BigInt(groups[idx]);
  return num;
}
function parseIp(ip) {
  const version = ipVersion(ip);
  if (!version) throw new Error(`Invalid IP address: ${ip}`);
  if (version === 4) {
    let num = 0;
    let octet2 = 0;
    for (let i = 0; i < ip.length; i++) {
      const c2 = ip.charCodeAt(i);
      if (c2 === 46) {
        num = num * 256 + octet2;
        octet2 = 0;
      } else octet2 = octet2 * 10 + c2 - 48;
    }
    return {
      number: BigInt(num * 256 + octet2),
      version: 4
    };
  }
  let ipv4mapped;
  let scopeid;
  let leftCount = 0;
  let rightCount = 0;
  let hasDoubleColon = false;
  let currentHex = 0;
  let currentDec = 0;
  let hasValue = false;
  let inDottedPart = false;
  let dottedVal = 0;
  for (let i = 0; i < ip.length; i++) {
    const c2 = ip.charCodeAt(i);
    if (c2 === 58) {
      if (hasValue) {
        if (hasDoubleColon) rightGroups[rightCount++] = currentHex;
        else leftGroups[leftCount++] = currentHex;
        currentHex = 0;
        currentDec = 0;
        hasValue = false;
      }
      if (i + 1 < ip.length && ip.charCodeAt(i + 1) === 58) {
        hasDoubleColon = true;
        i++;
      }
    } else if (c2 === 46) {
      if (!inDottedPart) {
        inDottedPart = true;
        dottedVal = currentDec;
      } else dottedVal = dottedVal * 256 + currentDec;
      currentHex = 0;
      currentDec = 0;
      hasValue = false;
    } else if (c2 === 37) {
      scopeid = ip.slice(i + 1);
      break;
    } else {
      if (inDottedPart) currentDec = currentDec * 10 + c2 - 48;
      else if (c2 <= 57) {
        currentHex = currentHex << 4 | c2 - 48;
        currentDec = currentDec * 10 + c2 - 48;
      } else if (c2 >= 97) currentHex = currentHex << 4 | c2 - 87;
      else currentHex = currentHex << 4 | c2 - 55;
      hasValue = true;
    }
  }
  if (inDottedPart) {
    dottedVal = dottedVal * 256 + currentDec;
    if (hasDoubleColon) {
      rightGroups[rightCount++] = dottedVal >>> 16 & 65535;
      rightGroups[rightCount++] = dottedVal & 65535;
    } else {
      leftGroups[leftCount++] = dottedVal >>> 16 & 65535;
      leftGroups[leftCount++] = dottedVal & 65535;
    }
  } else if (hasValue) if (hasDoubleColon) rightGroups[rightCount++] = currentHex;
  else leftGroups[leftCount++] = currentHex;
  let number;
  if (!hasDoubleColon) {
    extractView.setUint32(0, (leftGroups[0] << 16 | leftGroups[1]) >>> 0, false);
    extractView.setUint32(4, (leftGroups[2] << 16 | leftGroups[3]) >>> 0, false);
    extractView.setUint32(8, (leftGroups[4] << 16 | leftGroups[5]) >>> 0, false);
    extractView.setUint32(12, (leftGroups[6] << 16 | leftGroups[7]) >>> 0, false);
    number = extractView.getBigUint64(0, false) << 64n | extractView.getBigUint64(8, false);
  } else {
    const rightNum = packGroups(rightGroups, rightCount);
    if (leftCount > 0) number = packGroups(leftGroups, leftCount) << shiftAmounts[leftCount] | rightNum;
    else number = rightNum;
  }
  if (inDottedPart && number >= 281470681743360n && number <= 281474976710655n) ipv4mapped = true;
  const res = {
    number,
    version: 6
  };
  if (ipv4mapped) res.ipv4mapped = ipv4mapped;
  if (scopeid) res.scopeid = scopeid;
  return res;
}
function extractGroups(number, groups) {
  const n = Number(number);
  if (n <= 4294967295) {
    groups[0] = 0;
    groups[1] = 0;
    groups[2] = 0;
    groups[3] = 0;
    groups[4] = 0;
    groups[5] = 0;
    groups[6] = n >>> 16 & 65535;
    groups[7] = n & 65535;
    return;
  }
  extractView.setBigUint64(0, number >> 64n, false);
  extractView.setBigUint64(8, number, false);
  groups[0] = extractView.getUint16(0, false);
  groups[1] = extractView.getUint16(2, false);
  groups[2] = extractView.getUint16(4, false);
  groups[3] = extractView.getUint16(6, false);
  groups[4] = extractView.getUint16(8, false);
  groups[5] = extractView.getUint16(10, false);
  groups[6] = extractView.getUint16(12, false);
  groups[7] = extractView.getUint16(14, false);
}
function ipv4Dotted(num) {
  return `${num >>> 24 & 255}.${num >>> 16 & 255}.${num >>> 8 & 255}.${num & 255}`;
}
function stringifyIp({ number, version, ipv4mapped, scopeid }, { compress = true, hexify = false, mapv4 = false } = {}) {
  if (version === 4) return ipv4Dotted(Number(number));
  else {
    extractGroups(number, leftGroups);
    if (ipv4mapped && mapv4 && leftGroups[0] === 0 && leftGroups[1] === 0 && leftGroups[2] === 0 && leftGroups[3] === 0 && leftGroups[4] === 0 && leftGroups[5] === 65535) return ipv4Dotted(leftGroups[6] << 16 | leftGroups[7]);
    let ip = "";
    if (ipv4mapped && !hexify) {
      const ipv4Str = ipv4Dotted(leftGroups[6] << 16 | leftGroups[7]);
      ip = compress ? compressIPv6(leftGroups, 6, ipv4Str) : joinHexGroups(leftGroups, 6, ipv4Str);
    } else ip = compress ? compressIPv6(leftGroups, 8) : joinHexGroups(leftGroups, 8);
    return scopeid ? `${ip}%${scopeid}` : ip;
  }
}
function uint16Hex(v) {
  if (v < 256) return byteHex[v];
  return byteHex[v >> 8] + byteHexPad[v & 255];
}
function joinHexGroups(groups, count, suffix) {
  let result = uint16Hex(groups[0]);
  for (let i = 1; i < count; i++) result += `:${uint16Hex(groups[i])}`;
  if (suffix !== void 0) result += `:${suffix}`;
  return result;
}
function compressIPv6(groups, count, suffix) {
  let longestStart = -1;
  let longestLen = 0;
  let currentStart = -1;
  let currentLen = 0;
  for (let i = 0; i < count; i++) if (groups[i] === 0) if (currentStart === -1) {
    currentStart = i;
    currentLen = 1;
  } else currentLen++;
  else {
    if (currentLen > longestLen) {
      longestStart = currentStart;
      longestLen = currentLen;
    }
    currentStart = -1;
    currentLen = 0;
  }
  if (currentLen > longestLen) {
    longestStart = currentStart;
    longestLen = currentLen;
  }
  if (longestLen >= 2) {
    let result = "";
    for (let i = 0; i < longestStart; i++) {
      if (i > 0) result += ":";
      result += uint16Hex(groups[i]);
    }
    result += "::";
    const afterZeroRun = longestStart + longestLen;
    for (let i = afterZeroRun; i < count; i++) {
      if (i > afterZeroRun) result += ":";
      result += uint16Hex(groups[i]);
    }
    if (suffix !== void 0) {
      if (afterZeroRun < count) result += ":";
      result += suffix;
    }
    return result;
  }
  return joinHexGroups(groups, count, suffix);
}

// src/base/ip.ts
var IP_BITS = { IPv4: 32, IPv6: 128 };
var MAPPED_PREFIX = 0xffffn;
function parseIp2(text) {
  if (isIP(text) === 0 || text.includes("%")) return void 0;
  const { number, version } = parseIp(text);
  if (version === 6 && number >> 32n === MAPPED_PREFIX) return void 0;
  return ipFromNumber(version === 4 ? "IPv4" : "IPv6", number);
}
function familyOf(ip) {
  return ip.includes(":") ? "IPv6" : "IPv4";
}
function ipToNumber(ip) {
  return parseIp(ip).number;
}
function ipFromNumber(family, number) {
  return stringifyIp({ number, version: family === "IPv4" ? 4 : 6 });
}
function ipToBytes(ip) {
  const size = IP_BITS[familyOf(ip)] / 8;
  const bytes = new Uint8Array(size);
  let rest = ipToNumber(ip);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}
function ipFromBytes(bytes) {
  let number = 0n;
  for (const byte of bytes) number = number << 8n | BigInt(byte);
  return ipFromNumber(bytes.length === 4 ? "IPv4" : "IPv6", number);
}
function compareIps(a, b) {
  const [familyA, familyB] = [familyOf(a), familyOf(b)];
  if (familyA !== familyB) return familyA === "IPv4" ? -1 : 1;
  const [numberA, numberB] = [ipToNumber(a), ipToNumber(b)];
  return numberA < numberB ? -1 : numberA > numberB ? 1 : 0;
}

// src/multi-ip/name.ts
function virtualIpName(ip) {
  return ip.replace(/^:/, "0:").replace(/:$/, ":0").replace(/[.:]/g, "-");
}

// src/classes/request.ts
var COUNT_ANNOTATION = "network.deckhouse.io/l2-load-balancer-external-ips-count";
var ADDRESSES_ANNOTATION = "network.deckhouse.io/load-balancer-ips";
var CLASS_ANNOTATION = "network.deckhouse.io/metal-load-balancer-class";
var ADDRESS_COUNT_MAX = 64;
var ENTRIES_MAX = 2 * ADDRESS_COUNT_MAX;
function parseRequest(service) {
  const { annotations = {}, ipFamilyPolicy } = service;
  const families = familiesOf(service);
  const problems = [];
  const countPerFamily = parseCount(annotations[COUNT_ANNOTATION], problems);
  const wanted = parseAddresses(annotations[ADDRESSES_ANNOTATION], families, problems);
  const fit = (family) => fitCount(wanted[family], family, countPerFamily, problems);
  return {
    countPerFamily,
    families,
    familiesAreOptional: ipFamilyPolicy === "PreferDualStack",
    places: { IPv4: fit("IPv4"), IPv6: fit("IPv6") },
    problems
  };
}
function familiesOf({ clusterIPs, ipFamilies }) {
  const fromAddresses = (clusterIPs ?? []).flatMap((text) => {
    const ip = parseIp2(text);
    return ip === void 0 ? [] : [familyOf(ip)];
  });
  const named = (ipFamilies ?? []).filter((name) => name === "IPv4" || name === "IPv6");
  const families = fromAddresses.length > 0 ? fromAddresses : named;
  return families.length > 0 ? [...new Set(families)] : ["IPv4"];
}
function parseCount(text, problems) {
  if (text === void 0) return 1;
  const count = /^\+?\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  if (count >= 1 && count <= ADDRESS_COUNT_MAX) return count;
  problems.push({
    code: "COUNT_INVALID",
    message: `Cannot use the count "${shorten(text)}": the Service keeps as many addresses as it has, or gets 1`
  });
  return null;
}
function parseAddresses(text, families, problems) {
  const places = { IPv4: [], IPv6: [] };
  const seen = /* @__PURE__ */ new Set();
  for (const entry of entriesOf(text)) {
    const ip = parseIp2(entry);
    if (ip === void 0) {
      problems.push({
        code: "ADDRESS_INVALID",
        message: `Cannot read "${shorten(entry)}" as an address`
      });
      places[familyMeant(entry, families)].push({ kind: "broken" });
    } else if (!families.includes(familyOf(ip))) {
      problems.push({
        code: "ADDRESS_WRONG_FAMILY",
        message: `Cannot give ${ip}: the Service has no ${familyOf(ip)}`
      });
    } else if (seen.has(ip)) {
      problems.push({ code: "ADDRESS_DOUBLED", message: `The address ${ip} is requested twice` });
      places[familyOf(ip)].push({ kind: "broken" });
    } else {
      places[familyOf(ip)].push({ kind: "this", ip });
    }
    if (ip !== void 0) seen.add(ip);
  }
  return places;
}
function entriesOf(text) {
  if (text === void 0 || text.trim() === "") return [];
  const entries = text.split(",", ENTRIES_MAX).map((entry) => entry.trim());
  return entries.at(-1) === "" ? entries.slice(0, -1) : entries;
}
function familyMeant(entry, families) {
  const guess = entry.includes(":") ? "IPv6" : "IPv4";
  return families.includes(guess) ? guess : families[0] ?? guess;
}
function fitCount(places, family, count, problems) {
  if (count === null || places.length <= count) return places;
  problems.push({
    code: "COUNT_TOO_SMALL",
    message: `${places.length} ${family} addresses are requested, but the count is ${count}: the first ${count} are used`
  });
  return places.slice(0, count);
}
function shorten(text) {
  return text.length <= 64 ? text : `${text.slice(0, 61)}...`;
}

// src/controller/memory.ts
function emptyMemory(generationFloor = 0) {
  return {
    generation: generationFloor,
    lookUntilMs: null,
    heardMs: null,
    nodesKey: null,
    nodesSinceMs: 0,
    nextMoveAtMs: 0,
    pending: /* @__PURE__ */ new Map(),
    waiting: /* @__PURE__ */ new Map(),
    countedAtMs: /* @__PURE__ */ new Map()
  };
}

// src/base/hash.ts
function stableHash(text) {
  let hash2 = 2166136261;
  for (let i = 0; i < text.length; i++) {
    hash2 = Math.imul(hash2 ^ text.charCodeAt(i), 16777619);
  }
  hash2 = Math.imul(hash2 ^ hash2 >>> 16, 2246822507);
  hash2 = Math.imul(hash2 ^ hash2 >>> 13, 3266489909);
  return (hash2 ^ hash2 >>> 16) >>> 0;
}
function compareText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// src/multi-ip/world.ts
import assert from "node:assert/strict";
function worldOf(jobs) {
  const sorted = jobs.toSorted((a, b) => compareText(a.address, b.address));
  sorted.forEach((job, i) => {
    assert(job.address !== sorted[i - 1]?.address, `${job.address} is ranked twice`);
  });
  const lists = choiceLists(sorted);
  const nodes = nodeNames(lists);
  const nodeIndex = new Map(nodes.map((node, i) => [node, i]));
  return {
    jobs: sorted,
    nodes,
    nodeIndex,
    ...numberGroups(sorted),
    ...numberSets(lists, nodeIndex),
    jobHashes: Uint32Array.from(sorted, (job) => stableHash(job.address)),
    nodeHashes: Uint32Array.from(nodes, stableHash)
  };
}
function choicesOf({ candidates, reserves, rank }) {
  if (candidates.length > 0 || reserves.length === 0) return candidates;
  return rank.some((node) => reserves.includes(node)) ? candidates : reserves;
}
function choiceLists(jobs) {
  const known = /* @__PURE__ */ new Map();
  const byContent = /* @__PURE__ */ new Map();
  return jobs.map((job) => {
    const choices = choicesOf(job);
    const same = known.get(choices);
    if (same !== void 0) return same;
    const content = choices.join(" ");
    const first = byContent.get(content) ?? choices;
    byContent.set(content, first);
    known.set(choices, first);
    return first;
  });
}
function nodeNames(lists) {
  const names = /* @__PURE__ */ new Set();
  for (const choices of new Set(lists)) {
    for (const node of choices) names.add(node);
  }
  return [...names].sort(compareText);
}
function numberGroups(jobs) {
  const index = /* @__PURE__ */ new Map();
  const groups = [];
  const groupOf2 = Int32Array.from(jobs, ({ group }, job) => {
    const known = index.get(group) ?? groups.push([]) - 1;
    index.set(group, known);
    groups[known]?.push(job);
    return known;
  });
  return { groups, groupOf: groupOf2 };
}
function numberSets(lists, nodeIndex) {
  const index = /* @__PURE__ */ new Map();
  const sets = [];
  const setOf = Int32Array.from(lists, (list) => {
    const known = index.get(list);
    if (known !== void 0) return known;
    index.set(list, sets.length);
    return sets.push(Int32Array.from(list, (node) => nodeIndex.get(node) ?? -1).sort()) - 1;
  });
  return { sets, setOf };
}
function candidatesOf(world, job) {
  return world.sets[world.setOf[job]];
}
function matesOf(world, job) {
  return world.groups[world.groupOf[job]];
}

// src/multi-ip/board.ts
var NOWHERE = -1;
function emptyBoard({ jobs, nodes, groups }) {
  return {
    at: new Int32Array(jobs.length).fill(NOWHERE),
    load: new Int32Array(nodes.length),
    held: new Uint16Array(groups.length * nodes.length),
    closed: new Uint8Array(nodes.length),
    met: new Uint32Array(nodes.length ** 2)
  };
}
function nodeOf(board, job) {
  return board.at[job];
}
function loadOf(board, node) {
  return board.load[node];
}
function heldBy(world, board, job, node) {
  return board.held[slot(world, job, node)];
}
function isOpen(board, node) {
  return board.closed[node] === 0;
}
function put(world, board, job, node) {
  board.at[job] = node;
  countMeetings(world, board, job, 1);
  board.load[node] = loadOf(board, node) + 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) + 1;
}
function lift(world, board, job) {
  const node = nodeOf(board, job);
  countMeetings(world, board, job, -1);
  board.load[node] = loadOf(board, node) - 1;
  board.held[slot(world, job, node)] = heldBy(world, board, job, node) - 1;
}
function move(world, board, job, to) {
  lift(world, board, job);
  put(world, board, job, to);
}
function bestNode(world, board, job, heldMax = Infinity) {
  let ties = [];
  let [bestHeld, bestLoad] = [heldMax, Infinity];
  for (const node of candidatesOf(world, job)) {
    if (!isOpen(board, node)) continue;
    const held = heldBy(world, board, job, node);
    const load = loadOf(board, node);
    if (held > bestHeld || held === bestHeld && load > bestLoad) continue;
    if (held < bestHeld || load < bestLoad) ties = [];
    ties.push(node);
    [bestHeld, bestLoad] = [held, load];
  }
  return ties.length > 1 ? breakTie(world, board, job, ties) : ties[0] ?? NOWHERE;
}
function breakTie(world, board, job, nodes) {
  let best = NOWHERE;
  let [bestMeetings, bestHash] = [Infinity, Infinity];
  for (const node of nodes) {
    const meetings = meetingsOf(world, board, job, node);
    const hash2 = hashOf(world, job, node);
    if (meetings > bestMeetings || meetings === bestMeetings && hash2 > bestHash) continue;
    [best, bestMeetings, bestHash] = [node, meetings, hash2];
  }
  return best;
}
function hashOf({ jobHashes, nodeHashes }, job, node) {
  const mixed = Math.imul(jobHashes[job] ^ nodeHashes[node], 2654435761);
  return Math.imul(mixed ^ mixed >>> 15, 2246822507) >>> 0;
}
function meetingsOf(world, { at, met }, job, node) {
  if (met === null) return 0;
  let meetings = 0;
  for (const mate of matesOf(world, job)) {
    const other = at[mate];
    if (mate === job || other === NOWHERE) continue;
    meetings += met[node * world.nodes.length + other];
  }
  return meetings;
}
function countMeetings(world, { at, met }, job, change) {
  if (met === null) return;
  const [size, node] = [world.nodes.length, at[job]];
  for (const mate of matesOf(world, job)) {
    const other = at[mate];
    if (mate === job || other === NOWHERE) continue;
    met[node * size + other] = met[node * size + other] + change;
    if (node !== other) met[other * size + node] = met[other * size + node] + change;
  }
}
function slot({ groupOf: groupOf2, nodes }, job, node) {
  return groupOf2[job] * nodes.length + node;
}

// src/multi-ip/path.ts
function improvingPath(world, board, movable) {
  const search = {
    seen: new Uint8Array(world.nodes.length),
    reachedBy: [],
    spent: new Uint8Array(world.sets.length)
  };
  for (const start of fullestFirst(board, movable)) {
    if (search.seen[start] === 1) continue;
    const end = searchFrom(start, { world, board, movable }, search);
    if (end !== NOWHERE) return pathTo(end, start, search);
  }
  return void 0;
}
function fullestFirst(board, movable) {
  const starts = [];
  movable.forEach((jobs, node) => {
    if (jobs.length > 0) starts.push(node);
  });
  return starts.sort((a, b) => loadOf(board, b) - loadOf(board, a) || a - b);
}
function searchFrom(start, { world, board, movable }, search) {
  const loadMax = loadOf(board, start) - 2;
  search.seen[start] = 1;
  for (let ring = [start]; ring.length > 0; ) {
    const next = [];
    for (const node of ring) {
      for (const job of movable[node] ?? []) reachOver(job, node, { world, board }, search, next);
    }
    let end = NOWHERE;
    for (const node of next) {
      if (loadOf(board, node) > loadMax) continue;
      if (end === NOWHERE || loadOf(board, node) < loadOf(board, end)) end = node;
    }
    if (end !== NOWHERE) return end;
    ring = next;
  }
  return NOWHERE;
}
function reachOver(job, from, { world, board }, search, next) {
  const set = world.setOf[job];
  if (search.spent[set] === 1) return;
  const held = heldBy(world, board, job, from);
  let left = 0;
  for (const to of candidatesOf(world, job)) {
    if (search.seen[to] === 1 || !isOpen(board, to)) continue;
    if (heldBy(world, board, job, to) >= held) {
      left++;
      continue;
    }
    search.seen[to] = 1;
    search.reachedBy[to] = { job, from, to };
    next.push(to);
  }
  if (left === 0) search.spent[set] = 1;
}
function pathTo(end, start, { reachedBy }) {
  const hops = [];
  for (let node = end; node !== start; ) {
    const hop = reachedBy[node];
    hops.push(hop);
    node = hop.from;
  }
  return hops.reverse();
}

// src/multi-ip/spread.ts
function settle(world, board, jobs) {
  const fresh = jobs.filter((job) => nodeOf(board, job) === NOWHERE);
  for (const job of fresh) put(world, board, job, bestNode(world, board, job));
  for (; ; ) {
    const hop = evenHop(world, board, jobs);
    if (hop === void 0) break;
    move(world, board, hop.job, hop.to);
  }
  if (isEven(board, jobs)) return;
  const movable = jobsByNode(world, board, jobs, new Set(fresh));
  for (; ; ) {
    const path = improvingPath(world, board, movable);
    if (path === void 0) return;
    for (const hop of path.toReversed()) moveMovable(world, board, movable, hop);
  }
}
function rebalance(world, board, jobs, { movesMax, unused }) {
  const reasons = /* @__PURE__ */ new Map();
  const movable = jobsByNode(world, board, jobs, unused);
  let moves2 = 0;
  while (moves2 < movesMax) {
    const even = evenHop(world, board, jobs);
    const path = even === void 0 ? improvingPath(world, board, movable) : [even];
    if (path === void 0) break;
    for (const hop of path.toReversed()) {
      if (moves2 >= movesMax) break;
      moveMovable(world, board, movable, hop);
      if (unused.has(hop.job)) continue;
      reasons.set(hop.job, even === void 0 ? "balance" : "spread");
      moves2++;
    }
  }
  return reasons;
}
function evenHop(world, board, jobs) {
  for (let i = jobs.length - 1; i >= 0; i--) {
    const job = jobs[i];
    const from = nodeOf(board, job);
    const held = heldBy(world, board, job, from);
    if (held < 2) continue;
    const to = bestNode(world, board, job, held - 2);
    if (to !== NOWHERE) return { job, from, to };
  }
  return void 0;
}
function isEven(board, jobs) {
  let fullest = 0;
  for (const job of jobs) fullest = Math.max(fullest, loadOf(board, nodeOf(board, job)));
  if (fullest < 2) return true;
  let emptiest = fullest;
  for (let node = 0; node < board.load.length; node++) {
    if (isOpen(board, node)) emptiest = Math.min(emptiest, loadOf(board, node));
  }
  return fullest - emptiest < 2;
}
function jobsByNode({ nodes }, board, jobs, first) {
  const byNode = nodes.map(() => []);
  for (const job of jobs) if (first.has(job)) byNode[nodeOf(board, job)]?.push(job);
  for (const job of jobs) if (!first.has(job)) byNode[nodeOf(board, job)]?.push(job);
  return byNode;
}
function moveMovable(world, board, movable, { job, from, to }) {
  const left = movable[from] ?? [];
  left.splice(left.indexOf(job), 1);
  movable[to]?.push(job);
  move(world, board, job, to);
}

// src/multi-ip/depth.ts
function placeDeeper(world, board, depth) {
  const places = [board.at];
  const orders = world.jobs.map((_, job) => orderOf(world, job));
  const noLoad = new Int32Array(world.nodes.length);
  for (let place = 1; place < depth; place++) {
    const at = new Int32Array(world.jobs.length).fill(NOWHERE);
    const load = place === 1 ? board.load : noLoad;
    for (const jobs of jobsByPrefix(world, places)) {
      const prefix = places.map((nodes) => nodes[jobs[0]]);
      const lost = { ...board, at, load, met: null };
      for (const node of prefix) board.closed[node] = 1;
      for (const job of jobs) keepPlace(world, lost, job, orders[job] ?? []);
      settle(world, lost, jobs);
      for (const job of jobs) lift(world, lost, job);
      for (const node of prefix) board.closed[node] = 0;
    }
    places.push(at);
  }
  return places;
}
function orderOf(world, job) {
  const set = candidatesOf(world, job);
  const order = [];
  for (const name of world.jobs[job].rank) {
    const node = world.nodeIndex.get(name);
    if (node !== void 0 && set.includes(node)) order.push(node);
  }
  return order;
}
function keepPlace(world, lost, job, order) {
  const next = order.find((node) => lost.closed[node] === 0);
  if (next !== void 0) put(world, lost, job, next);
}
function jobsByPrefix(world, places) {
  const byPrefix = /* @__PURE__ */ new Map();
  world.jobs.forEach((_, job) => {
    if (candidatesOf(world, job).length <= places.length) return;
    let prefix = 0;
    for (const nodes of places) prefix = prefix * world.nodes.length + nodes[job];
    const jobs = byPrefix.get(prefix);
    if (jobs === void 0) byPrefix.set(prefix, [job]);
    else jobs.push(job);
  });
  return byPrefix.values();
}

// src/multi-ip/first.ts
function placeFirsts(world, { rebalanceMovesMax }) {
  const board = emptyBoard(world);
  const fresh = [];
  const balanced = [];
  world.jobs.forEach((job, i) => {
    if (candidatesOf(world, i).length === 0) return;
    const node = establishedNode(world, i);
    if (node === NOWHERE) fresh.push(i);
    else put(world, board, i, node);
    if (node === NOWHERE || job.balance) balanced.push(i);
  });
  settle(world, board, fresh);
  const before = board.at.slice();
  const options = { movesMax: rebalanceMovesMax, unused: new Set(fresh) };
  return { board, before, voluntary: rebalance(world, board, balanced, options) };
}
function establishedNode(world, job) {
  const { holder, rank } = world.jobs[job];
  const set = candidatesOf(world, job);
  for (const name of holder === null ? rank : [holder, ...rank]) {
    const node = world.nodeIndex.get(name);
    if (node !== void 0 && set.includes(node)) return node;
  }
  return NOWHERE;
}

// src/multi-ip/moves.ts
function movesOf({ jobs, nodes }, { before, voluntary }, ranks) {
  return jobs.flatMap((job, i) => {
    const { address } = job;
    const to = ranks.get(address)?.[0] ?? null;
    const established = nodes[before[i]] ?? null;
    const reason = voluntary.get(i);
    if (reason !== void 0 && established !== to) {
      return { address, from: established, to, reason };
    }
    const from = job.rank[0] ?? null;
    return from === to ? [] : { address, from, to, reason: reasonOf(job, from, to) };
  });
}
function reasonOf(job, from, to) {
  if (from === null) return "first";
  if (to === null) return "no-node";
  return job.candidates.includes(from) ? "follow-holder" : "node-lost";
}

// src/multi-ip/rank.ts
var RANK_DEPTH = 5;
function rankAll(jobs, options) {
  const world = worldOf(jobs);
  const firsts = placeFirsts(world, options);
  const places = placeDeeper(world, firsts.board, RANK_DEPTH);
  const ranks = new Map(
    world.jobs.map((job, i) => [job.address, rankOf(world, job, placesOf(places, i))])
  );
  return { ranks, moves: movesOf(world, firsts, ranks) };
}
function placesOf(places, job) {
  const nodes = [];
  for (const at of places) {
    const node = at[job];
    if (node === NOWHERE) break;
    nodes.push(node);
  }
  return nodes;
}
function rankOf({ nodes }, job, places) {
  const rank = places.map((node) => nodes[node]);
  if (rank.length < RANK_DEPTH && job.reserves.length > 0) {
    const spare = job.reserves.filter((node) => !rank.includes(node));
    const before = job.rank.filter((node) => spare.includes(node));
    const others2 = spare.filter((node) => !before.includes(node)).sort(compareText);
    rank.push(...before, ...others2);
    rank.length = Math.min(rank.length, RANK_DEPTH);
  }
  return isSame(rank, job.rank) ? job.rank : rank;
}
function isSame(a, b) {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

// src/classes/ranges.ts
var RANGE_FAULTS = {
  unreadable: ['Cannot read "', '" as a CIDR, a range or an address'],
  mixed: ['The range "', '" starts and ends in different families'],
  backwards: ['The range "', '" is written backwards: its end lies before its start']
};
function parseRange(text) {
  if (text.includes("-")) return parseDashed(text);
  if (text.includes("/")) return parseCidr(text);
  const ip = parseIp2(text);
  return ip === void 0 ? invalid("unreadable", text) : rangeOf(ip, ipToNumber(ip));
}
function parseCidr(text) {
  const [address = "", length = "", ...rest] = text.split("/");
  const ip = parseIp2(address);
  if (ip === void 0 || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return invalid("unreadable", text);
  }
  const hostBits = IP_BITS[familyOf(ip)] - Number(length);
  if (hostBits < 0) return invalid("unreadable", text);
  const first = ipToNumber(ip) >> BigInt(hostBits) << BigInt(hostBits);
  return {
    ok: true,
    value: { family: familyOf(ip), first, last: first + (1n << BigInt(hostBits)) - 1n }
  };
}
function parseDashed(text) {
  const ends = text.split("-").map((end) => parseIp2(end.trim()));
  const [first, last] = ends;
  if (ends.length !== 2 || first === void 0 || last === void 0)
    return invalid("unreadable", text);
  if (familyOf(first) !== familyOf(last)) {
    return invalid("mixed", text);
  }
  if (ipToNumber(first) > ipToNumber(last)) {
    return invalid("backwards", text);
  }
  return rangeOf(first, ipToNumber(last));
}
function rangeOf(first, last) {
  return { ok: true, value: { family: familyOf(first), first: ipToNumber(first), last } };
}
function invalid(fault2, text) {
  return {
    ok: false,
    problem: { code: "RANGE_INVALID", message: RANGE_FAULTS[fault2].join(text) }
  };
}
function formatRange({ family, first, last }) {
  const start = ipFromNumber(family, first);
  return first === last ? start : `${start}-${ipFromNumber(family, last)}`;
}
function sizeOf(ranges, family) {
  return ranges.reduce(
    (sum, range) => range.family === family ? sum + range.last - range.first + 1n : sum,
    0n
  );
}
function compareRanges(a, b) {
  if (a.family !== b.family) return a.family === "IPv4" ? -1 : 1;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}
function mergeRanges(ranges) {
  const merged = [];
  for (const range of [...ranges].sort(compareRanges)) {
    const before = merged.at(-1);
    if (before?.family === range.family && range.first <= before.last + 1n) {
      if (range.last > before.last) merged[merged.length - 1] = { ...before, last: range.last };
    } else {
      merged.push(range);
    }
  }
  return merged;
}
function subtractRanges(ranges, taken) {
  return subtractMerged(ranges, mergeRanges(taken));
}
function subtractMerged(ranges, taken) {
  return ranges.flatMap((range) => subtractOne(range, taken));
}
function subtractOne(range, holes) {
  const { family, last } = range;
  const left = [];
  let first = range.first;
  for (let i = firstReaching(holes, family, range.first); i < holes.length; i++) {
    const hole = holes[i];
    if (hole?.family !== family || hole.first > last) break;
    if (hole.first > first) left.push({ family, first, last: hole.first - 1n });
    first = hole.last + 1n;
  }
  if (first <= last) left.push({ family, first, last });
  return left;
}
function intersectRanges(a, b) {
  return subtractRanges(mergeRanges(a), subtractRanges(mergeRanges(a), b));
}
function disjointRanges(ranges) {
  const kept = [];
  for (const range of ranges) kept.push(...subtractRanges([range], kept));
  return kept;
}
function membership(ranges) {
  const sorted = mergeRanges(ranges);
  return (ip) => {
    const [family, number] = [familyOf(ip), ipToNumber(ip)];
    const range = sorted[firstReaching(sorted, family, number)];
    return range?.family === family && range.first <= number;
  };
}
function firstReaching(sorted, family, number) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = low + high >>> 1;
    const range = sorted[middle];
    const before = range !== void 0 && (range.family === family ? range.last < number : range.family === "IPv4");
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

// src/classes/seats.ts
import assert2 from "node:assert/strict";
function seatServices({ requests, classes, claims: claims2 }) {
  const pools = new Map([...classes].map(([name, model]) => [name, poolOf(model)]));
  const claimsOf2 = groupClaims(claims2);
  const arrivals = requests.map((service) => {
    const pool = pools.get(service.className);
    assert2(pool !== void 0, `no class ${service.className} for ${service.key}`);
    return { service, pool, claims: claimsOf2.get(service.key) ?? [], kept: /* @__PURE__ */ new Set() };
  });
  arrivals.sort(compareArrivals);
  const owners = /* @__PURE__ */ new Map();
  for (const arrival of arrivals) keep(arrival, arrival.claims.map(addressOf), owners);
  for (const claim of claims2) reserve(claim.address, claim.service, owners);
  for (const arrival of arrivals) keep(arrival, arrival.service.adopted, owners);
  for (const { service } of arrivals) {
    for (const ip of service.adopted) reserve(ip, service.key, owners);
  }
  const seats = arrivals.flatMap(
    (arrival) => arrival.service.request.families.map((family) => takeSeat(arrival, family))
  );
  return { seats, owners };
}
function wantedAt({ service, family }, index) {
  return service.request.places[family][index] ?? { kind: "any" };
}
function compareByAge(a, b) {
  return compareText(a.createdAt, b.createdAt) || compareText(a.key, b.key);
}
function compareArrivals(a, b) {
  const holds = ({ claims: claims2, service }) => claims2.length > 0 || service.adopted.length > 0;
  return Number(holds(b)) - Number(holds(a)) || compareByAge(a.service, b.service);
}
function poolOf(model) {
  return {
    model,
    has: membership(model.ranges),
    families: new Set(model.ranges.map((range) => range.family))
  };
}
function groupClaims(claims2) {
  const groups = /* @__PURE__ */ new Map();
  for (const claim of claims2) {
    const group = groups.get(claim.service);
    if (group === void 0) groups.set(claim.service, [claim]);
    else group.push(claim);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => a.index - b.index || compareIps(a.address, b.address));
  }
  return groups;
}
function addressOf(claim) {
  return claim.address;
}
function keep({ service, pool, kept }, addresses, owners) {
  for (const ip of addresses) {
    if (owners.has(ip) || !pool.has(ip)) continue;
    if (!service.request.families.includes(familyOf(ip))) continue;
    owners.set(ip, service.key);
    kept.add(ip);
  }
}
function reserve(ip, owner, owners) {
  if (!owners.has(ip)) owners.set(ip, owner);
}
function takeSeat({ service, pool, claims: claims2, kept }, family) {
  const { request } = service;
  const ours = claims2.filter(({ address }) => familyOf(address) === family);
  const adopted = service.adopted.filter((ip) => familyOf(ip) === family);
  const count = request.countPerFamily ?? countHeld(ours, adopted);
  const held = ours.length > 0 ? ours : adopted.map((address, index) => ({ address, index }));
  const places = Array.from({ length: count }).fill(null);
  const inPlay = pool.families.has(family) || !request.familiesAreOptional;
  const seat = {
    service,
    family,
    pool,
    shown: inPlay || pool.families.size === 0,
    places,
    spares: sitDown(places, request.places[family], ours, [...kept].filter(isOf(family))),
    lost: held.filter(({ address, index }) => index < count && !pool.has(address)),
    problems: []
  };
  return seat;
}
function countHeld(claims2, adopted) {
  const highest = Math.max(0, ...claims2.map(({ index }) => index));
  return Math.min(ADDRESS_COUNT_MAX, Math.max(1, highest + 1, adopted.length));
}
function isOf(family) {
  return (ip) => familyOf(ip) === family;
}
function sitDown(places, wanted, claims2, kept) {
  const standing = new Set(kept);
  const sit = (index, ip) => {
    if (index >= places.length || places[index] !== null || !standing.delete(ip)) return;
    places[index] = ip;
  };
  for (const [index, place] of wanted.entries()) if (place.kind === "this") sit(index, place.ip);
  for (const { index, address } of claims2) sit(index, address);
  for (const ip of [...standing]) {
    const index = places.indexOf(null);
    if (index >= 0) sit(index, ip);
  }
  return [...standing];
}

// src/classes/allocate.ts
function allocate(input) {
  const { seats, owners } = seatServices(input);
  const byAge = [...seats].sort((a, b) => compareByAge(a.service, b.service));
  for (const seat of byAge) grantRequests(seat, owners);
  for (const seat of seats) fillPlaces(seat, (count) => seat.spares.splice(0, count));
  const free = new FreeLists(owners.keys());
  for (const seat of seats) giveAutomatically(seat, free);
  return { services: allocationsOf(seats), released: releasedClaims(input, seats) };
}
function grantRequests(seat, owners) {
  const { service, pool, places, spares, problems } = seat;
  for (const [index, present] of places.entries()) {
    const wanted = wantedAt(seat, index);
    if (wanted.kind !== "this" || wanted.ip === present) continue;
    const owner = owners.get(wanted.ip);
    if (!pool.has(wanted.ip)) {
      problems.push({
        code: "ADDRESS_OUTSIDE_POOL",
        message: `Cannot give ${wanted.ip}: it is not in the pool of class "${pool.model.name}"`
      });
    } else if (owner !== void 0) {
      problems.push({
        code: "ADDRESS_TAKEN",
        message: `Cannot give ${wanted.ip}: the Service ${owner} holds it`
      });
    } else {
      places[index] = wanted.ip;
      owners.set(wanted.ip, service.key);
      if (present !== null) spares.push(present);
    }
  }
}
function fillPlaces(seat, take) {
  const empty = [...seat.places.keys()].filter(
    (index) => seat.places[index] === null && wantedAt(seat, index).kind === "any"
  );
  const given = take(empty.length);
  for (const [i, ip] of given.entries()) seat.places[empty[i] ?? 0] = ip;
  return { wanted: empty.length, given: given.length };
}
function giveAutomatically(seat, free) {
  const { family, pool, problems, shown } = seat;
  if (!shown) return;
  const { name } = pool.model;
  if (pool.families.size === 0) {
    problems.push({ code: "POOL_EMPTY", message: `Class "${name}" has no addresses to give` });
  } else if (!pool.families.has(family)) {
    problems.push({ code: "POOL_FAMILY_MISSING", message: `Class "${name}" has no ${family}` });
  } else {
    const { wanted, given } = fillPlaces(seat, (count) => free.take(pool, family, count));
    if (given < wanted) problems.push(exhausted(seat, wanted, given));
  }
}
function exhausted({ family, pool }, wanted, given) {
  const noun = wanted === 1 ? "address" : "addresses";
  const free = given === 1 ? "1 is free" : `${given} are free`;
  return {
    code: "POOL_EXHAUSTED",
    message: `Cannot give ${wanted} more ${family} ${noun} from class "${pool.model.name}": ${free}`
  };
}
var FreeLists = class {
  #used;
  #lists = /* @__PURE__ */ new Map();
  constructor(used) {
    const ranges = Array.from(used, (ip) => {
      const number = ipToNumber(ip);
      return { family: familyOf(ip), first: number, last: number };
    });
    this.#used = mergeRanges(ranges);
  }
  /** @returns the next addresses in the pool's order, fewer than asked for when there are no more */
  take(pool, family, count) {
    const list = this.#listOf(pool, family);
    const taken = [];
    while (taken.length < count) {
      const range = list.at(-1);
      if (range === void 0) break;
      taken.push(ipFromNumber(family, range.first));
      if (range.first === range.last) list.pop();
      else list[list.length - 1] = { ...range, first: range.first + 1n };
    }
    return taken;
  }
  /** Last in the list is first to go, so that taking costs nothing. */
  #listOf({ model }, family) {
    const key2 = `${family} ${model.name}`;
    const known = this.#lists.get(key2);
    if (known !== void 0) return known;
    const ranges = model.ranges.filter((range) => range.family === family);
    const list = subtractMerged(ranges, this.#used).reverse();
    this.#lists.set(key2, list);
    return list;
  }
};
function allocationsOf(seats) {
  const services = /* @__PURE__ */ new Map();
  for (const seat of seats) {
    const { service, family, shown, places, problems } = seat;
    const before = services.get(service.key) ?? { places: {}, problems: [], notices: [] };
    services.set(service.key, {
      places: shown ? { ...before.places, [family]: places } : before.places,
      problems: [...before.problems, ...problems.filter((problem) => !has(before, problem))],
      notices: [...before.notices, ...noticesOf(seat)]
    });
  }
  return services;
}
function has({ problems }, { message }) {
  return problems.some((known) => known.message === message);
}
function noticesOf({ lost, places, pool }) {
  return lost.map(({ index, address }) => ({
    code: "ADDRESS_LEFT_POOL",
    message: `${address} is not in the pool of class "${pool.model.name}" any more: ${places[index] ?? "nothing"} replaces it`
  }));
}
function releasedClaims({ claims: claims2 }, seats) {
  const placed = /* @__PURE__ */ new Map();
  for (const { service, places } of seats) {
    for (const ip of places) if (ip !== null) placed.set(ip, service.key);
  }
  return claims2.filter(({ address, service }) => placed.get(address) !== service).sort((a, b) => compareIps(a.address, b.address) || compareText(a.service, b.service));
}

// src/kube/resource.ts
function defineResource(type) {
  return type;
}
function apiVersionOf(type) {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}
function keyOf({ metadata: { namespace, name } }) {
  return namespace === void 0 ? name : `${namespace}/${name}`;
}
function refOf(key2) {
  const slash = key2.indexOf("/");
  return slash < 0 ? { name: key2 } : { namespace: key2.slice(0, slash), name: key2.slice(slash + 1) };
}

// src/controller/once.ts
function onceForEach(work) {
  const known = /* @__PURE__ */ new WeakMap();
  return (object) => {
    const before = known.get(object);
    if (before !== void 0) return before.out;
    const out = work(object);
    known.set(object, { out });
    return out;
  };
}

// src/controller/assignments.ts
function assign(world, roles) {
  const { services: allocations } = allocate({
    requests: [...roles].flatMap(([key2, role]) => {
      if (role.kind !== "served") return [];
      const service = world.services.get(key2);
      if (service === void 0) return [];
      const createdAt = service.metadata.creationTimestamp ?? "";
      const { className, request } = role;
      return { key: key2, createdAt, className, request, adopted: listedAddresses(service) };
    }),
    classes: world.compiled.classes,
    claims: claims({ world, roles })
  });
  const wanted = wantedAddresses(allocations, roles);
  return { allocations, wanted, heldBack: heldBack(world, wanted) };
}
var listedAddresses = onceForEach(({ status }) => {
  const ingress = status?.loadBalancer?.ingress ?? [];
  return ingress.flatMap(({ ip }) => ip === void 0 ? [] : parseIp2(ip) ?? []);
});
function placesInOrder(allocation, families) {
  return families.flatMap(
    (family) => (allocation.places[family] ?? []).map((ip, index) => ({ ip, index }))
  );
}
function claims(context) {
  const { claimed, claiming } = context.world;
  const byPlace = /* @__PURE__ */ new Map();
  for (const address of [...claimed.values(), ...claiming.values()]) {
    for (const { namespace, name, index } of address.object.spec.services) {
      const service = `${namespace}/${name}`;
      const place = `${service} ${address.family} ${index}`;
      const rivals = byPlace.get(place);
      if (rivals === void 0) byPlace.set(place, [{ address, service, index }]);
      else rivals.push({ address, service, index });
    }
  }
  return [...byPlace.values()].flatMap((rivals) => {
    if (rivals.length > 1) rivals.sort((a, b) => compareRivals(a, b, context));
    return rivals.map(({ address, service, index }, order) => {
      return { address: address.ip, service: order === 0 ? service : `${service} twice`, index };
    });
  });
}
function compareRivals(a, b, context) {
  for (const isBetter of [isRequested, isInPool, isPromised]) {
    const order = Number(isBetter(b, context)) - Number(isBetter(a, context));
    if (order !== 0) return order;
  }
  const [older, younger] = [a.address.object.spec, b.address.object.spec];
  return older.generation - younger.generation || compareText(a.address.ip, b.address.ip);
}
function isRequested({ address, service }, { roles }) {
  const role = roles.get(service);
  if (role?.kind !== "served") return false;
  const places = role.request.places[address.family];
  return places.some((place) => place.kind === "this" && place.ip === address.ip);
}
function isInPool({ address, service }, { world, roles }) {
  const role = roles.get(service);
  const model = role?.kind === "served" ? world.compiled.classes.get(role.className) : void 0;
  return model !== void 0 && membership(model.ranges)(address.ip);
}
function isPromised({ address, service }, { world }) {
  const owner = world.services.get(service);
  return owner !== void 0 && listedAddresses(owner).includes(address.ip);
}
function wantedAddresses(allocations, roles) {
  const wanted = /* @__PURE__ */ new Map();
  for (const [key2, role] of roles) {
    const allocation = allocations.get(key2);
    if (allocation === void 0 || role.kind !== "served") continue;
    for (const { ip, index } of placesInOrder(allocation, role.request.families)) {
      if (ip === null) continue;
      const known = wanted.get(ip) ?? { className: role.className, uses: [] };
      known.uses.push(useOf(key2, index));
      wanted.set(ip, known);
    }
  }
  return new Map(
    [...wanted].sort(([a], [b]) => compareText(a, b)).map(([ip, { className, uses }]) => [ip, { ip, className, uses: uses.sort(compareUses) }])
  );
}
function heldBack(world, wanted) {
  const held = /* @__PURE__ */ new Map();
  for (const { ip, object } of world.claimed.values()) {
    const uses = wanted.get(ip)?.uses ?? [];
    const kept = object.spec.services.filter((use) => {
      if (uses.some((other) => compareUses(use, other) === 0)) return false;
      const service = world.services.get(`${use.namespace}/${use.name}`);
      return service !== void 0 && listedAddresses(service).includes(ip);
    });
    if (kept.length > 0) held.set(ip, kept);
  }
  return held;
}
function useOf(key2, index) {
  const { namespace = "", name } = refOf(key2);
  return { namespace, name, index };
}
function compareUses(a, b) {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

// src/controller/verdict.ts
function verdictOn(node, { selected, leaving, serving }) {
  if (node.barred === "being-deleted") return node.barred;
  if (!selected) return "not-selected";
  if (node.barred !== null) return node.barred;
  if (leaving !== null) return leaving;
  if (!node.ready) return "not-ready";
  if (!node.present) return "no-speaker";
  if (!node.available) return "returning";
  return serving ? "may-hold" : "no-serving-endpoint";
}

// src/classes/model.ts
var SHARED_NAMED_MAX = 3;
function compileClasses(objects) {
  const classes = /* @__PURE__ */ new Map();
  const problems = /* @__PURE__ */ new Map();
  let defaultClass = null;
  for (const object of [...objects].sort(compareAge)) {
    const { name } = object.metadata;
    const { model, found } = compileOne(object, [...classes.values()]);
    if (model.isDefault && defaultClass !== null) {
      found.push({
        code: "CLASS_DEFAULT_DOUBLED",
        message: `Class "${name}" is not the default: the older class "${defaultClass}" is`
      });
    }
    if (model.isDefault) defaultClass ??= name;
    classes.set(name, { ...model, isDefault: name === defaultClass });
    if (found.length > 0) problems.set(name, found);
  }
  return { classes, defaultClass, problems };
}
function compareAge(a, b) {
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? "~", b.metadata.creationTimestamp ?? "~"];
  return compareText(ageA, ageB) || compareText(a.metadata.name, b.metadata.name);
}
function compileOne({ metadata: { name }, spec = {} }, older) {
  const found = [];
  let ranges = readPool(name, spec.addressPool ?? [], found);
  for (const other of older) {
    const shared = intersectRanges(ranges, other.ranges);
    if (shared.length === 0) continue;
    found.push(overlap(name, other.name, shared));
    ranges = subtractRanges(ranges, shared);
  }
  const model = {
    name,
    isDefault: spec.isDefault === true,
    pool: null,
    ranges,
    nodeSelector: spec.nodeSelector ?? {},
    interfaces: spec.l2?.interfaces ?? [],
    mode: "L2",
    drainOn: spec.drainOn ?? [],
    rebalance: spec.rebalance !== "Off"
  };
  return { model, found };
}
function readPool(name, entries, found) {
  const ranges = [];
  for (const entry of entries) {
    const parsed = parseRange(entry);
    if (parsed.ok) ranges.push(parsed.value);
    else found.push(parsed.problem);
  }
  if (ranges.length === 0) {
    found.push({ code: "POOL_EMPTY", message: `Class "${name}" has no addresses to give` });
  }
  return disjointRanges(ranges);
}
function overlap(name, other, shared) {
  const named = shared.slice(0, SHARED_NAMED_MAX).map(formatRange).join(", ");
  const more = shared.length > SHARED_NAMED_MAX ? ` and ${shared.length - SHARED_NAMED_MAX} more` : "";
  return {
    code: "POOL_OVERLAP",
    message: `Class "${name}" shares ${named}${more} with the older class "${other}", which keeps them`
  };
}
function nodesOf(model, nodes) {
  const wanted = Object.entries(model.nodeSelector);
  return nodes.filter(
    ({ labels }) => wanted.every(([key2, value]) => Object.hasOwn(labels, key2) && labels[key2] === value)
  );
}
function addressCounters({ ranges }, assigned) {
  const count = (family) => {
    const total = sizeOf(ranges, family);
    const free = total - BigInt(assigned[family]);
    return { total: total.toString(), assigned: assigned[family], free: free.toString() };
  };
  const [ipv4, ipv6] = [count("IPv4"), count("IPv6")];
  const [has4, has6] = [ipv4.total !== "0", ipv6.total !== "0"];
  const words = [...has4 ? [`${ipv4.free} IPv4`] : [], ...has6 ? [`${ipv6.free} IPv6`] : []];
  return {
    addresses: { ...has4 ? { ipv4 } : {}, ...has6 ? { ipv6 } : {} },
    free: words.join(", ") || "0"
  };
}

// src/controller/leaving.ts
var DRAINED_ANNOTATION = "spreadlb.io/drained";
var OUT_OF_SERVICE_TAINT = "node.kubernetes.io/out-of-service";
var TRIGGERS = {
  cordoned: "Cordon",
  "out-of-service": "OutOfServiceTaint"
};
function leaveMarks({ metadata, spec }) {
  const marks = [];
  if (metadata.annotations?.[DRAINED_ANNOTATION] !== void 0) marks.push("drained");
  if (spec?.taints?.some(({ key: key2 }) => key2 === OUT_OF_SERVICE_TAINT) === true) {
    marks.push("out-of-service");
  }
  if (spec?.unschedulable === true) marks.push("cordoned");
  return marks;
}
function leaveReason(marks, drainOn) {
  return marks.find((mark) => mark === "drained" || drainOn.includes(TRIGGERS[mark])) ?? null;
}

// src/controller/nodes.ts
var EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";
var LEASE_DURATION_SECONDS_DEFAULT = 15;
function clusterNodes(seen, options) {
  const presences = new Map(seen.presences.map((presence) => [nodeOf2(presence), presence]));
  const losses = lossesOf(seen.virtualIps);
  return seen.nodes.map((node) => clusterNode(node, presences.get(node.metadata.name), losses, options)).sort((a, b) => compareText(a.name, b.name));
}
function nextStaleAtMs(presences, nowMs) {
  const times = presences.map(staleAtMs).filter((time) => time > nowMs);
  return times.length === 0 ? null : Math.min(...times);
}
function isStale(presence, nowMs) {
  return staleAtMs(presence) <= nowMs;
}
function isRejoin(before, after) {
  return joinOf(before) !== joinOf(after);
}
function clusterNode(node, presence, losses, { nowMs, settlingTimeMs }) {
  const { name } = node.metadata;
  const [ready, barred] = [isReady(node), barOf(node)];
  const present = ready && presence !== void 0 && !isStale(presence, nowMs);
  const lostAtMs = losses.get(name) ?? Number.NEGATIVE_INFINITY;
  const renewedAtMs = Date.parse(presence?.lease.spec?.renewTime ?? "") || 0;
  return {
    name,
    labels: node.metadata.labels ?? {},
    eligible: barred === null,
    barred,
    leaveMarks: leaveMarks(node),
    ready,
    present,
    lost: renewedAtMs <= lostAtMs,
    available: present && renewedAtMs >= lostAtMs + settlingTimeMs,
    joinedAt: joinOf(presence?.lease)
  };
}
function barOf(node) {
  if (node.metadata.deletionTimestamp !== void 0) return "being-deleted";
  if (node.metadata.labels?.[EXCLUDE_LABEL] !== void 0) return "excluded";
  return conditionOf(node, "NetworkUnavailable") === "True" ? "network-unavailable" : null;
}
function isReady(node) {
  const ready = conditionOf(node, "Ready");
  return ready === void 0 || ready === "True";
}
function conditionOf(node, type) {
  return node.status?.conditions?.find((condition2) => condition2.type === type)?.status;
}
function nodeOf2({ lease }) {
  return lease.spec?.holderIdentity ?? "";
}
function staleAtMs({ lease, heardAtMs }) {
  const seconds2 = lease.spec?.leaseDurationSeconds ?? LEASE_DURATION_SECONDS_DEFAULT;
  return heardAtMs + seconds2 * 1e3;
}
function joinOf(lease) {
  if (lease === void 0) return null;
  const { holderIdentity = "", acquireTime = "", leaseTransitions = 0 } = lease.spec ?? {};
  return `${holderIdentity} ${acquireTime} ${leaseTransitions}`;
}
function lossesOf(virtualIps) {
  const losses = /* @__PURE__ */ new Map();
  for (const { status } of virtualIps) {
    const move2 = status?.lastMove;
    if (move2?.reason !== "node-lost" || typeof move2.from !== "string") continue;
    const atMs = Date.parse(move2.at) || 0;
    losses.set(move2.from, Math.max(atMs, losses.get(move2.from) ?? 0));
  }
  return losses;
}

// src/controller/serving.ts
var SERVICE_NAME_LABEL = "kubernetes.io/service-name";
function serviceOfSlice(slice) {
  const name = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === void 0 ? void 0 : `${slice.metadata.namespace ?? ""}/${name}`;
}
function servingNodes(slices, matters) {
  const serving = /* @__PURE__ */ new Map();
  for (const slice of slices) {
    const service = serviceOfSlice(slice);
    if (service === void 0 || !matters(service)) continue;
    for (const { nodeName, ...endpoint } of slice.endpoints ?? []) {
      if (nodeName === void 0 || !isServing(endpoint)) continue;
      const nodes = serving.get(service);
      if (nodes === void 0) serving.set(service, /* @__PURE__ */ new Set([nodeName]));
      else nodes.add(nodeName);
    }
  }
  return serving;
}
function isServing({ conditions }) {
  return conditions?.serving === true || conditions?.ready !== false;
}

// src/controller/world.ts
function observe(snapshot, options) {
  const compiled = compileClasses(snapshot.classes);
  const nodes = clusterNodes(snapshot, options);
  const services = new Map(byKey(snapshot.services).map((service) => [keyOf(service), service]));
  const [claimed, malformed] = claimsOf(snapshot.virtualIps);
  const [claiming] = claimsOf(snapshot.claiming);
  for (const ip of claimed.keys()) claiming.delete(ip);
  return {
    services,
    classObjects: byKey(snapshot.classes),
    compiled,
    classes: classNodes(compiled, nodes),
    nodeObjects: byKey(snapshot.nodes),
    nodes,
    serving: servingNodes(snapshot.slices, (key2) => isLocal(services.get(key2))),
    claimed,
    claiming,
    malformed
  };
}
function isLocal(service) {
  return service?.spec?.externalTrafficPolicy === "Local";
}
function localServing(uses, { services, serving }) {
  return uses.map(({ namespace, name }) => `${namespace}/${name}`).filter((key2) => isLocal(services.get(key2))).map((key2) => serving.get(key2) ?? NOWHERE2);
}
var NOWHERE2 = /* @__PURE__ */ new Set();
function classNodes({ classes }, nodes) {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = /* @__PURE__ */ new Map();
  for (const model of classes.values()) {
    const selected = nodesOf(model, nodes).flatMap(({ name }) => byName.get(name) ?? []);
    const eligible = selected.filter((node) => node.eligible);
    const leaving = /* @__PURE__ */ new Map();
    for (const node of eligible) {
      const reason = leaveReason(node.leaveMarks, model.drainOn);
      if (reason !== null) leaving.set(node.name, reason);
    }
    found.set(model.name, {
      ...{ model, selected, eligible, leaving },
      eligibleNames: new Set(eligible.map(({ name }) => name)),
      hasSpeaker: eligible.some(({ joinedAt }) => joinedAt !== null)
    });
  }
  return found;
}
function claimsOf(objects) {
  const claimed = /* @__PURE__ */ new Map();
  const malformed = [];
  for (const object of byKey(objects)) {
    const read = claimedAddress(object);
    if (read === null) malformed.push(object);
    else claimed.set(read.ip, read);
  }
  return [claimed, malformed];
}
var claimedAddress = onceForEach((object) => {
  const ip = parseIp2(object.spec.address);
  if (ip === void 0 || virtualIpName(ip) !== object.metadata.name) return null;
  const services = object.spec.services.map((use) => `${use.namespace}/${use.name}`);
  return { ip, family: familyOf(ip), object, services };
});
function byKey(objects) {
  return objects.map((object) => ({ object, key: keyOf(object) })).sort((a, b) => compareText(a.key, b.key)).map(({ object }) => object);
}

// src/controller/causes.ts
function withCauses(moves2, wanted, world) {
  return moves2.map((move2) => {
    const assignment = wanted.get(move2.address);
    if (assignment === void 0 || move2.from === null) return move2;
    if (move2.reason !== "node-lost" && move2.reason !== "no-node") return move2;
    return { ...move2, reason: causeOf(move2, move2.from, { assignment, world }) };
  });
}
function causeOf({ reason }, from, { assignment, world }) {
  const node = world.nodes.find(({ name }) => name === from);
  if (node === void 0) return "being-deleted";
  const ofClass = world.classes.get(assignment.className);
  const verdict = verdictOn(node, {
    selected: ofClass?.selected.some(({ name }) => name === from) ?? false,
    leaving: ofClass?.leaving.get(from) ?? null,
    serving: localServing(assignment.uses, world).every((nodes) => nodes.has(from))
  });
  return MOVING[verdict] ?? reason;
}
var MOVING = {
  "being-deleted": "being-deleted",
  "not-selected": "not-selected",
  excluded: "excluded",
  "network-unavailable": "network-unavailable",
  drained: "drained",
  cordoned: "cordoned",
  "out-of-service": "out-of-service",
  "no-serving-endpoint": "no-serving-endpoint"
};

// src/kube/patches.ts
var CONDITION_MESSAGE_CHARS_MAX = 32768;
function setCondition(conditions, wish, nowIso) {
  const all = conditions ?? [];
  const message = wish.message.slice(0, CONDITION_MESSAGE_CHARS_MAX);
  const before = all.find((condition2) => condition2.type === wish.type);
  if (before === void 0) return [...all, { ...wish, message, lastTransitionTime: nowIso }];
  const lastTransitionTime = before.status === wish.status ? before.lastTransitionTime : nowIso;
  const after = { ...before, ...wish, message, lastTransitionTime };
  return sameCondition(before, after) ? all : all.map((condition2) => condition2 === before ? after : condition2);
}
function removeCondition(conditions, type) {
  const all = conditions ?? [];
  return all.some((condition2) => condition2.type === type) ? all.filter((condition2) => condition2.type !== type) : all;
}
function isoSeconds(epochMs) {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
function sameCondition(a, b) {
  return a.status === b.status && a.reason === b.reason && a.message === b.message && a.observedGeneration === b.observedGeneration;
}

// src/base/crd.ts
import assert3 from "node:assert/strict";
function buildCrd(options) {
  const { group, version, kind, plural, singular, scope, columns, labels } = options;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, ...labels ? { labels } : {} },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...options.shortNames ? { shortNames: options.shortNames } : {},
        ...options.categories ? { categories: options.categories } : {}
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(options) },
          subresources: { status: {} },
          additionalPrinterColumns: columns
        }
      ]
    }
  };
}
function rootSchema({ description, spec, specRequired = true, status, rules }) {
  return {
    description,
    type: "object",
    ...specRequired ? { required: ["spec"] } : {},
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: structural(spec),
      status: structural(status)
    },
    ...rules ? { "x-kubernetes-validations": escapeReserved(rules) } : {}
  };
}
var RESERVED = /\.(as|break|const|continue|else|for|function|if|import|in|let|loop|namespace|package|return)\b(?!\()/g;
function escapeReserved(rules) {
  return rules.map((rule) => ({ ...rule, rule: rule.rule.replaceAll(RESERVED, ".__$1__") }));
}
var FORBIDDEN = ["$ref", "$id", "$schema", "$defs", "definitions", "const", "patternProperties"];
function structural(schema) {
  const plain = JSON.parse(
    JSON.stringify(schema),
    (key2, value) => key2 === "x-kubernetes-validations" ? escapeReserved(value) : value
  );
  checkStructural(plain, "");
  return plain;
}
function checkStructural(schema, path) {
  for (const keyword of FORBIDDEN) {
    assert3(!(keyword in schema), `${path}: a CRD may not have "${keyword}"`);
  }
  const typeless = schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  assert3(typeless || typeof schema["type"] === "string", `${path}: a CRD field has one type`);
  const { properties, additionalProperties, items } = schema;
  if (properties !== void 0) {
    assert3(additionalProperties === void 0, `${path}: properties beside additionalProperties`);
    for (const [name, child] of Object.entries(properties)) {
      checkStructural(child, `${path}.${name}`);
    }
  }
  if (isSchema(additionalProperties)) checkStructural(additionalProperties, `${path}.*`);
  if (schema["type"] === "array") {
    assert3(isSchema(items), `${path}: an array says what its items are`);
    checkStructural(items, `${path}[]`);
  }
}
function isSchema(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// src/base/schema.ts
var import_ajv_formats = __toESM(require_dist(), 1);

// ../../../work/main/node_modules/typebox/build/system/memory/memory.mjs
var memory_exports = {};
__export(memory_exports, {
  Assign: () => Assign,
  Clone: () => Clone,
  Create: () => Create,
  Discard: () => Discard,
  Metrics: () => Metrics,
  Update: () => Update
});

// ../../../work/main/node_modules/typebox/build/system/memory/metrics.mjs
var Metrics = {
  assign: 0,
  create: 0,
  clone: 0,
  discard: 0,
  update: 0
};

// ../../../work/main/node_modules/typebox/build/guard/guard.mjs
var guard_exports = {};
__export(guard_exports, {
  CodePointCount: () => CodePointCount2,
  Counted: () => Counted,
  Entries: () => Entries,
  EntriesRegExp: () => EntriesRegExp,
  Every: () => Every,
  EveryAll: () => EveryAll,
  GraphemeCount: () => GraphemeCount2,
  HasPropertyKey: () => HasPropertyKey,
  IsArray: () => IsArray,
  IsBigInt: () => IsBigInt,
  IsBoolean: () => IsBoolean,
  IsClassInstance: () => IsClassInstance,
  IsConstructor: () => IsConstructor,
  IsDeepEqual: () => IsDeepEqual,
  IsEqual: () => IsEqual,
  IsFunction: () => IsFunction,
  IsGreaterEqualThan: () => IsGreaterEqualThan,
  IsGreaterThan: () => IsGreaterThan,
  IsInteger: () => IsInteger,
  IsLessEqualThan: () => IsLessEqualThan,
  IsLessThan: () => IsLessThan,
  IsMaxLength: () => IsMaxLength2,
  IsMinLength: () => IsMinLength2,
  IsMultipleOf: () => IsMultipleOf,
  IsNull: () => IsNull,
  IsNumber: () => IsNumber,
  IsObject: () => IsObject,
  IsObjectNotArray: () => IsObjectNotArray,
  IsString: () => IsString,
  IsSymbol: () => IsSymbol,
  IsUndefined: () => IsUndefined,
  IsUnsafePropertyKey: () => IsUnsafePropertyKey,
  IsValueLike: () => IsValueLike,
  Keys: () => Keys,
  ShiftLeft: () => ShiftLeft,
  Some: () => Some,
  SomeAll: () => SomeAll,
  Symbols: () => Symbols,
  Values: () => Values
});

// ../../../work/main/node_modules/typebox/build/guard/unicode/unicode_segment.mjs
function IsBetween(value, min, max) {
  return value >= min && value <= max;
}
function IsZeroWidthJoiner(value) {
  return value === 8205;
}
function IsRegionalIndicator(value) {
  return IsBetween(value, 127462, 127487);
}
function IsVariationSelector(value) {
  return IsBetween(value, 65024, 65039);
}
function IsCombiningMark(value) {
  return IsBetween(value, 768, 879) || IsBetween(value, 6832, 6911) || IsBetween(value, 7616, 7679) || IsBetween(value, 65056, 65071);
}
function CodePointLength(value) {
  return value > 65535 ? 2 : 1;
}
function ConsumeModifiers(value, index) {
  while (index < value.length) {
    const point = value.codePointAt(index);
    if (IsCombiningMark(point) || IsVariationSelector(point)) {
      index += CodePointLength(point);
    } else {
      break;
    }
  }
  return index;
}
function NextGraphemeClusterIndex(value, clusterStart) {
  const startCP = value.codePointAt(clusterStart);
  let clusterEnd = clusterStart + CodePointLength(startCP);
  clusterEnd = ConsumeModifiers(value, clusterEnd);
  while (clusterEnd < value.length - 1 && IsZeroWidthJoiner(value.codePointAt(clusterEnd))) {
    const nextCP = value.codePointAt(clusterEnd + 1);
    clusterEnd += 1 + CodePointLength(nextCP);
    clusterEnd = ConsumeModifiers(value, clusterEnd);
  }
  if (IsRegionalIndicator(startCP) && clusterEnd < value.length && IsRegionalIndicator(value.codePointAt(clusterEnd))) {
    clusterEnd += CodePointLength(value.codePointAt(clusterEnd));
  }
  return clusterEnd;
}
function GraphemeCount(value) {
  let count = 0, index = 0;
  while (index < value.length) {
    index = NextGraphemeClusterIndex(value, index);
    count++;
  }
  return count;
}

// ../../../work/main/node_modules/typebox/build/guard/unicode/unicode.mjs
function CodePointCount(value) {
  let result = 0, index = 0, prev = 0;
  while (index < value.length) {
    const next = value.charCodeAt(index++) >> 10;
    result += +((prev << 8 | next) !== 13879);
    prev = next;
  }
  return result;
}
function IsMaxLength(value, maxLength) {
  return value.length <= maxLength || value.length <= maxLength << 1 && CodePointCount(value) <= maxLength;
}
function IsMinLength(value, minLength) {
  return value.length >= minLength << 1 || value.length >= minLength && CodePointCount(value) >= minLength;
}

// ../../../work/main/node_modules/typebox/build/guard/guard.mjs
function IsArray(value) {
  return Array.isArray(value);
}
function IsBigInt(value) {
  return IsEqual(typeof value, "bigint");
}
function IsBoolean(value) {
  return IsEqual(typeof value, "boolean");
}
function IsConstructor(value) {
  if (IsUndefined(value) || !IsFunction(value))
    return false;
  const result = Function.prototype.toString.call(value);
  if (/^class\s/.test(result))
    return true;
  if (/\[native code\]/.test(result))
    return true;
  return false;
}
function IsFunction(value) {
  return IsEqual(typeof value, "function");
}
function IsInteger(value) {
  return Number.isInteger(value);
}
function IsNull(value) {
  return IsEqual(value, null);
}
function IsNumber(value) {
  return Number.isFinite(value);
}
function IsObjectNotArray(value) {
  return IsObject(value) && !IsArray(value);
}
function IsObject(value) {
  return IsEqual(typeof value, "object") && !IsNull(value);
}
function IsString(value) {
  return IsEqual(typeof value, "string");
}
function IsSymbol(value) {
  return IsEqual(typeof value, "symbol");
}
function IsUndefined(value) {
  return IsEqual(value, void 0);
}
function IsEqual(left, right) {
  return left === right;
}
function IsGreaterThan(left, right) {
  return left > right;
}
function IsLessThan(left, right) {
  return left < right;
}
function IsLessEqualThan(left, right) {
  return left <= right;
}
function IsGreaterEqualThan(left, right) {
  return left >= right;
}
function IsMultipleOf(dividend, divisor) {
  if (IsBigInt(dividend) || IsBigInt(divisor)) {
    return BigInt(dividend) % BigInt(divisor) === 0n;
  }
  const tolerance = 1e-10;
  if (!IsNumber(dividend))
    return true;
  if (IsInteger(dividend) && 1 / divisor % 1 === 0)
    return true;
  const mod = dividend % divisor;
  return Math.min(Math.abs(mod), Math.abs(mod - divisor), Math.abs(mod + divisor)) < tolerance;
}
function IsClassInstance(value) {
  if (!IsObject(value))
    return false;
  const proto = globalThis.Object.getPrototypeOf(value);
  if (IsNull(proto))
    return false;
  return IsEqual(typeof proto.constructor, "function") && !(IsEqual(proto.constructor, globalThis.Object) || IsEqual(proto.constructor.name, "Object"));
}
function IsValueLike(value) {
  return IsBigInt(value) || IsBoolean(value) || IsNull(value) || IsNumber(value) || IsString(value) || IsUndefined(value);
}
function GraphemeCount2(value) {
  return GraphemeCount(value);
}
function CodePointCount2(value) {
  return CodePointCount(value);
}
function IsMaxLength2(value, maxLength) {
  return IsMaxLength(value, maxLength);
}
function IsMinLength2(value, minLength) {
  return IsMinLength(value, minLength);
}
function Every(value, offset, callback) {
  return value.every((item, index) => index < offset || callback(item, index));
}
function EveryAll(value, offset, callback) {
  let result = true;
  value.forEach((item, index) => {
    if (index >= offset && !callback(item, index))
      result = false;
  });
  return result;
}
function Some(value, callback) {
  return value.some((value2, index) => callback(value2, index));
}
function SomeAll(value, callback) {
  let result = false;
  value.forEach((item, index) => {
    if (callback(item, index))
      result = true;
  });
  return result;
}
function Counted(value, callback) {
  return value.reduce((result, value2, index) => callback(value2, index) ? ++result : result, 0);
}
function ShiftLeft(array, true_, false_) {
  return IsEqual(array.length, 0) ? false_() : true_(array[0], array.slice(1));
}
function IsUnsafePropertyKey(key2) {
  return IsEqual(key2, "__proto__") || IsEqual(key2, "constructor") || IsEqual(key2, "prototype");
}
function HasPropertyKey(value, key2) {
  return IsUnsafePropertyKey(key2) ? Object.prototype.hasOwnProperty.call(value, key2) : key2 in value;
}
function EntriesRegExp(value) {
  return Keys(value).map((key2) => [new RegExp(`^${key2}$`), value[key2]]);
}
function Entries(value) {
  return Object.entries(value);
}
function Keys(value) {
  return Object.getOwnPropertyNames(value);
}
function Symbols(value) {
  return Object.getOwnPropertySymbols(value);
}
function Values(value) {
  return Object.values(value);
}
function DeepEqualObject(left, right) {
  if (!IsObject(right))
    return false;
  const keys = Keys(left);
  return IsEqual(keys.length, Keys(right).length) && keys.every((key2) => IsDeepEqual(left[key2], right[key2]));
}
function DeepEqualArray(left, right) {
  return IsArray(right) && IsEqual(left.length, right.length) && left.every((_, index) => IsDeepEqual(left[index], right[index]));
}
function IsDeepEqual(left, right) {
  return IsArray(left) ? DeepEqualArray(left, right) : IsObject(left) ? DeepEqualObject(left, right) : IsEqual(left, right);
}

// ../../../work/main/node_modules/typebox/build/system/settings/settings.mjs
var settings_exports = {};
__export(settings_exports, {
  Get: () => Get,
  Reset: () => Reset,
  Set: () => Set2
});
var settings = {
  immutableTypes: false,
  maxErrors: 8,
  maxParseErrors: 1,
  maxInstantiationCount: 128,
  useAcceleration: true,
  exactOptionalPropertyTypes: false,
  enumerableKind: false,
  correctiveParse: false,
  unionPrioritySort: true
};
function Reset() {
  settings.immutableTypes = false;
  settings.maxErrors = 8;
  settings.maxParseErrors = 1;
  settings.maxInstantiationCount = 128;
  settings.useAcceleration = true;
  settings.exactOptionalPropertyTypes = false;
  settings.enumerableKind = false;
  settings.correctiveParse = false;
  settings.unionPrioritySort = true;
}
function Set2(options) {
  for (const key2 of guard_exports.Keys(options)) {
    const value = options[key2];
    if (value !== void 0) {
      Object.defineProperty(settings, key2, { value });
    }
  }
}
function Get() {
  return settings;
}

// ../../../work/main/node_modules/typebox/build/system/memory/keys.mjs
function Keys2(value) {
  return [...guard_exports.Keys(value), ...guard_exports.Symbols(value)];
}

// ../../../work/main/node_modules/typebox/build/system/memory/finalize.mjs
function Freeze(value, seen) {
  if (seen.has(value))
    return;
  seen.add(value);
  for (const key2 of Keys2(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key2);
    if (!descriptor || !("value" in descriptor))
      continue;
    if (guard_exports.IsObject(descriptor.value))
      Freeze(descriptor.value, seen);
  }
  Object.freeze(value);
}
function Finalize(value) {
  if (!settings_exports.Get().immutableTypes)
    return value;
  Freeze(value, /* @__PURE__ */ new WeakSet());
  return value;
}

// ../../../work/main/node_modules/typebox/build/system/memory/assign.mjs
function Assign(left, right) {
  Metrics.assign += 1;
  const result = {}, rightKeys = Keys2(right), leftKeys = Keys2(left);
  for (const key2 of leftKeys) {
    if (rightKeys.includes(key2))
      continue;
    Object.defineProperty(result, key2, Object.getOwnPropertyDescriptor(left, key2));
  }
  for (const key2 of rightKeys) {
    Object.defineProperty(result, key2, Object.getOwnPropertyDescriptor(right, key2));
  }
  return Finalize(result);
}

// ../../../work/main/node_modules/typebox/build/system/memory/clone.mjs
function Clone(value) {
  Metrics.clone += 1;
  const result = {};
  for (const key2 of Keys2(value)) {
    if (guard_exports.IsUnsafePropertyKey(key2))
      continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key2);
    if (guard_exports.IsEqual(descriptor.enumerable, true)) {
      result[key2] = descriptor.value;
    } else {
      Object.defineProperty(result, key2, descriptor);
    }
  }
  return result;
}

// ../../../work/main/node_modules/typebox/build/system/memory/create.mjs
function WithEnumerable(left, right) {
  return { ...left, ...right };
}
function WithHidden(left, right) {
  for (const key2 of Object.keys(right)) {
    Object.defineProperty(left, key2, {
      configurable: true,
      writable: true,
      enumerable: false,
      value: right[key2]
    });
  }
  return left;
}
function Create(hidden, enumerable, options = {}) {
  Metrics.create += 1;
  const withEnumerable = WithEnumerable(enumerable, options);
  const withHidden = settings_exports.Get().enumerableKind ? WithEnumerable(withEnumerable, hidden) : WithHidden(withEnumerable, hidden);
  return Finalize(withHidden);
}

// ../../../work/main/node_modules/typebox/build/system/memory/discard.mjs
function Discard(value, propertyKeys) {
  Metrics.discard += 1;
  const result = {};
  for (const key2 of Keys2(value)) {
    if (propertyKeys.includes(key2))
      continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key2);
    Object.defineProperty(result, key2, descriptor);
  }
  return Finalize(result);
}

// ../../../work/main/node_modules/typebox/build/system/memory/update.mjs
function WithCurrent(current, hiddenKeys, enumerableKeys, result) {
  for (const key2 of Keys2(current)) {
    if (guard_exports.IsUnsafePropertyKey(key2) || hiddenKeys.includes(key2) || enumerableKeys.includes(key2))
      continue;
    const descriptor = Object.getOwnPropertyDescriptor(current, key2);
    Object.defineProperty(result, key2, descriptor);
  }
}
function WithHidden2(hidden, keys, result) {
  const enumerableKind = settings_exports.Get().enumerableKind;
  for (const key2 of keys) {
    if (guard_exports.IsUnsafePropertyKey(key2))
      continue;
    Object.defineProperty(result, key2, {
      configurable: true,
      writable: true,
      enumerable: enumerableKind,
      value: hidden[key2]
    });
  }
}
function WithEnumerable2(enumerable, keys, result) {
  for (const key2 of keys) {
    if (guard_exports.IsUnsafePropertyKey(key2))
      continue;
    Object.defineProperty(result, key2, {
      configurable: true,
      enumerable: true,
      writable: true,
      value: enumerable[key2]
    });
  }
}
function Update(current, hidden, enumerable) {
  Metrics.update += 1;
  const result = {}, hiddenKeys = Keys2(hidden), enumerableKeys = Keys2(enumerable);
  WithCurrent(current, hiddenKeys, enumerableKeys, result);
  WithHidden2(hidden, hiddenKeys, result);
  WithEnumerable2(enumerable, enumerableKeys, result);
  return Finalize(result);
}

// ../../../work/main/node_modules/typebox/build/type/types/schema.mjs
function IsKind(value, kind) {
  return guard_exports.IsObject(value) && guard_exports.HasPropertyKey(value, "~kind") && guard_exports.IsEqual(value["~kind"], kind);
}
function IsSchema(value) {
  return guard_exports.IsObject(value);
}

// ../../../work/main/node_modules/typebox/build/type/types/deferred.mjs
function Deferred(action, parameters, options) {
  return memory_exports.Create({ "~kind": "Deferred" }, { type: "deferred", action, parameters, options }, {});
}
function IsDeferred(value) {
  return IsKind(value, "Deferred");
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly/instantiate_add.mjs
function AddReadonlyAction(type, options) {
  const result = memory_exports.Update(type, { "~readonly": true }, options);
  return result;
}
function AddReadonlyInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return AddReadonlyAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/optional/instantiate_add.mjs
function AddOptionalAction(type, options) {
  const result = memory_exports.Update(type, { "~optional": true }, options);
  return result;
}
function AddOptionalInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return AddOptionalAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/types/array.mjs
function _Array_(items, options) {
  return memory_exports.Create({ "~kind": "Array" }, { type: "array", items }, options);
}
function IsArray2(value) {
  return IsKind(value, "Array");
}
function ArrayOptions(type) {
  return memory_exports.Discard(type, ["~kind", "type", "items"]);
}

// ../../../work/main/node_modules/typebox/build/type/types/constructor.mjs
function Constructor(parameters, instanceType, options = {}) {
  return memory_exports.Create({ "~kind": "Constructor" }, { type: "constructor", parameters, instanceType }, options);
}
function IsConstructor2(value) {
  return IsKind(value, "Constructor");
}
function ConstructorOptions(type) {
  return memory_exports.Discard(type, ["~kind", "type", "parameters", "instanceType"]);
}

// ../../../work/main/node_modules/typebox/build/type/types/function.mjs
function _Function_(parameters, returnType, options = {}) {
  return memory_exports.Create({ ["~kind"]: "Function" }, { type: "function", parameters, returnType }, options);
}
function IsFunction2(value) {
  return IsKind(value, "Function");
}
function FunctionOptions(type) {
  return memory_exports.Discard(type, ["~kind", "type", "parameters", "returnType"]);
}

// ../../../work/main/node_modules/typebox/build/type/types/ref.mjs
function Ref(ref, options) {
  return memory_exports.Create({ ["~kind"]: "Ref" }, { $ref: ref }, options);
}
function IsRef(value) {
  return IsKind(value, "Ref");
}

// ../../../work/main/node_modules/typebox/build/type/types/generic.mjs
function Generic(parameters, expression) {
  return memory_exports.Create({ "~kind": "Generic" }, { type: "generic", parameters, expression });
}
function IsGeneric(value) {
  return IsKind(value, "Generic");
}

// ../../../work/main/node_modules/typebox/build/type/types/any.mjs
function Any(options) {
  return memory_exports.Create({ ["~kind"]: "Any" }, {}, options);
}
function IsAny(value) {
  return IsKind(value, "Any");
}

// ../../../work/main/node_modules/typebox/build/type/types/never.mjs
var NeverPattern = "(?!)";
function Never(options) {
  return memory_exports.Create({ "~kind": "Never" }, { not: {} }, options);
}
function IsNever(value) {
  return IsKind(value, "Never");
}

// ../../../work/main/node_modules/typebox/build/type/action/_add_optional.mjs
function AddOptionalDeferred(type, options = {}) {
  return Deferred("AddOptional", [type], options);
}
function AddOptional(type, options = {}) {
  return AddOptionalAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/types/_optional.mjs
function Optional(type) {
  return AddOptional(type);
}
function IsOptional(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "~optional");
}

// ../../../work/main/node_modules/typebox/build/type/types/properties.mjs
function RequiredArray(properties) {
  return guard_exports.Keys(properties).filter((key2) => !IsOptional(properties[key2]));
}
function PropertyKeys(properties) {
  return guard_exports.Keys(properties);
}
function PropertyValues(properties) {
  return guard_exports.Values(properties);
}

// ../../../work/main/node_modules/typebox/build/type/types/object.mjs
function _Object_(properties, options = {}) {
  const requiredKeys = RequiredArray(properties);
  const required = requiredKeys.length > 0 ? { required: requiredKeys } : {};
  return memory_exports.Create({ "~kind": "Object" }, { type: "object", ...required, properties }, options);
}
function IsObject2(value) {
  return IsKind(value, "Object");
}
function ObjectOptions(type) {
  return memory_exports.Discard(type, ["~kind", "type", "properties", "required"]);
}

// ../../../work/main/node_modules/typebox/build/type/types/unknown.mjs
function Unknown(options) {
  return memory_exports.Create({ ["~kind"]: "Unknown" }, {}, options);
}
function IsUnknown(value) {
  return IsKind(value, "Unknown");
}

// ../../../work/main/node_modules/typebox/build/type/types/cyclic.mjs
function Cyclic($defs, $ref, options) {
  const defs = guard_exports.Keys($defs).reduce((result, key2) => {
    return { ...result, [key2]: memory_exports.Update($defs[key2], {}, { $id: key2 }) };
  }, {});
  return memory_exports.Create({ ["~kind"]: "Cyclic" }, { $defs: defs, $ref }, options);
}
function IsCyclic(value) {
  return IsKind(value, "Cyclic");
}

// ../../../work/main/node_modules/typebox/build/type/types/unsafe.mjs
function Unsafe(schema) {
  return memory_exports.Update(schema, { ["~unsafe"]: null }, {});
}
function IsUnsafe(value) {
  return guard_exports.IsObjectNotArray(value) && guard_exports.HasPropertyKey(value, "~unsafe") && guard_exports.IsNull(value["~unsafe"]);
}

// ../../../work/main/node_modules/typebox/build/system/arguments/arguments.mjs
var arguments_exports = {};
__export(arguments_exports, {
  Match: () => Match
});
function Match(args, match) {
  return match[args.length]?.(...args) ?? (() => {
    throw Error("Invalid Arguments");
  })();
}

// ../../../work/main/node_modules/typebox/build/type/types/infer.mjs
function Infer(...args) {
  const [name, extends_] = arguments_exports.Match(args, {
    2: (name2, extends_2) => [name2, extends_2, extends_2],
    1: (name2) => [name2, Unknown(), Unknown()]
  });
  return memory_exports.Create({ ["~kind"]: "Infer" }, { type: "infer", name, extends: extends_ }, {});
}
function IsInfer(value) {
  return IsKind(value, "Infer");
}

// ../../../work/main/node_modules/typebox/build/type/types/dependent.mjs
function Dependent(if_, then_, else_, options = {}) {
  return memory_exports.Create({ "~kind": "Dependent" }, { if: if_, then: then_, else: else_ }, options);
}
function IsDependent(value) {
  return IsKind(value, "Dependent");
}
function DependentOptions(type) {
  return memory_exports.Discard(type, ["~kind", "if", "then", "else"]);
}

// ../../../work/main/node_modules/typebox/build/type/engine/enum/typescript_enum_to_enum_values.mjs
function IsTypeScriptEnumLike(value) {
  return guard_exports.IsObjectNotArray(value);
}
function TypeScriptEnumToEnumValues(type) {
  const keys = guard_exports.Keys(type).filter((key2) => isNaN(key2));
  return keys.reduce((result, key2) => [...result, type[key2]], []);
}

// ../../../work/main/node_modules/typebox/build/type/types/enum.mjs
function IsEnumValue(value) {
  return guard_exports.IsString(value) || guard_exports.IsNumber(value);
}
function Enum(value, options) {
  const values = IsTypeScriptEnumLike(value) ? TypeScriptEnumToEnumValues(value) : value;
  return memory_exports.Create({ "~kind": "Enum" }, { enum: values }, options);
}
function IsEnum(value) {
  return IsKind(value, "Enum");
}

// ../../../work/main/node_modules/typebox/build/type/types/intersect.mjs
function Intersect(types, options = {}) {
  return memory_exports.Create({ "~kind": "Intersect" }, { allOf: types }, options);
}
function IsIntersect(value) {
  return IsKind(value, "Intersect");
}
function IntersectOptions(type) {
  return memory_exports.Discard(type, ["~kind", "allOf"]);
}

// ../../../work/main/node_modules/typebox/build/system/unreachable/unreachable.mjs
function Unreachable() {
  throw new Error("Unreachable");
}

// ../../../work/main/node_modules/typebox/build/system/hashing/hash.mjs
var F64 = new Float64Array(1);
var F64In = new DataView(F64.buffer);
var F64Out = new Uint8Array(F64.buffer);
var encoder = new TextEncoder();

// ../../../work/main/node_modules/typebox/build/type/types/_codec.mjs
var EncodeBuilder = class {
  constructor(type, decode) {
    this.type = type;
    this.decode = decode;
  }
  Encode(callback) {
    const type = this.type;
    const decode = IsCodec(type) ? (value) => this.decode(type["~codec"].decode(value)) : this.decode;
    const encode = IsCodec(type) ? (value) => type["~codec"].encode(callback(value)) : callback;
    const codec = { decode, encode };
    return memory_exports.Update(this.type, { "~codec": codec }, {});
  }
};
var DecodeBuilder = class {
  constructor(type) {
    this.type = type;
  }
  Decode(callback) {
    return new EncodeBuilder(this.type, callback);
  }
};
function Codec(type) {
  return new DecodeBuilder(type);
}
function Decode(type, callback) {
  return Codec(type).Decode(callback).Encode(() => {
    throw Error("Encode not implemented");
  });
}
function Encode(type, callback) {
  return Codec(type).Decode(() => {
    throw Error("Decode not implemented");
  }).Encode(callback);
}
function IsCodec(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "~codec") && guard_exports.IsObject(value["~codec"]) && guard_exports.HasPropertyKey(value["~codec"], "encode") && guard_exports.HasPropertyKey(value["~codec"], "decode");
}

// ../../../work/main/node_modules/typebox/build/type/types/_immutable.mjs
function Immutable(type) {
  return AddImmutable(type);
}
function IsImmutable(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "~immutable");
}

// ../../../work/main/node_modules/typebox/build/type/action/_add_readonly.mjs
function AddReadonlyDeferred(type, options = {}) {
  return Deferred("AddReadonly", [type], options);
}
function AddReadonly(type, options = {}) {
  return AddReadonlyAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/types/_readonly.mjs
function Readonly(type) {
  return AddReadonly(type);
}
function IsReadonly(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "~readonly");
}

// ../../../work/main/node_modules/typebox/build/type/types/_refine.mjs
function RefineAdd(type, refinement) {
  const refinements = IsRefine(type) ? [...type["~refine"], refinement] : [refinement];
  return memory_exports.Update(type, { "~refine": refinements }, {});
}
function Refine(...args) {
  const [type, check, error] = arguments_exports.Match(args, {
    3: (type2, check2, error2) => [type2, check2, error2],
    2: (type2, check2) => [type2, check2, () => "Refine Error"]
  });
  return RefineAdd(type, { check, error });
}
function IsRefinement(value) {
  return guard_exports.IsObjectNotArray(value) && guard_exports.HasPropertyKey(value, "check") && guard_exports.HasPropertyKey(value, "error") && guard_exports.IsFunction(value.check) && guard_exports.IsFunction(value.error);
}
function IsRefine(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "~refine") && guard_exports.IsArray(value["~refine"]) && guard_exports.Every(value["~refine"], 0, (value2) => IsRefinement(value2));
}

// ../../../work/main/node_modules/typebox/build/type/types/bigint.mjs
var BigIntPattern = "-?(?:0|[1-9][0-9]*)n";
function BigInt2(options) {
  return memory_exports.Create({ "~kind": "BigInt" }, { type: "bigint" }, options);
}
function IsBigInt2(value) {
  return IsKind(value, "BigInt");
}

// ../../../work/main/node_modules/typebox/build/type/types/boolean.mjs
function Boolean2(options) {
  return memory_exports.Create({ "~kind": "Boolean" }, { type: "boolean" }, options);
}
function IsBoolean2(value) {
  return IsKind(value, "Boolean");
}

// ../../../work/main/node_modules/typebox/build/type/types/identifier.mjs
function Identifier(name) {
  return memory_exports.Create({ "~kind": "Identifier" }, { name });
}
function IsIdentifier(value) {
  return IsKind(value, "Identifier");
}

// ../../../work/main/node_modules/typebox/build/type/types/integer.mjs
var IntegerPattern = "-?(?:0|[1-9][0-9]*)";
function Integer(options) {
  return memory_exports.Create({ "~kind": "Integer" }, { type: "integer" }, options);
}
function IsInteger2(value) {
  return IsKind(value, "Integer");
}

// ../../../work/main/node_modules/typebox/build/type/types/literal.mjs
var InvalidLiteralValue = class extends Error {
  constructor(value) {
    super(`Invalid Literal value`);
    Object.defineProperty(this, "cause", {
      value: { value },
      writable: false,
      configurable: false,
      enumerable: false
    });
  }
};
function LiteralTypeName(value) {
  return guard_exports.IsBigInt(value) ? "bigint" : guard_exports.IsBoolean(value) ? "boolean" : guard_exports.IsNumber(value) ? "number" : guard_exports.IsString(value) ? "string" : (() => {
    throw new InvalidLiteralValue(value);
  })();
}
function Literal(value, options) {
  return memory_exports.Create({ "~kind": "Literal" }, { type: LiteralTypeName(value), const: value }, options);
}
function IsLiteralValue(value) {
  return guard_exports.IsBigInt(value) || guard_exports.IsBoolean(value) || guard_exports.IsNumber(value) || guard_exports.IsString(value);
}
function IsLiteralNumber(value) {
  return IsLiteral(value) && guard_exports.IsNumber(value.const);
}
function IsLiteralString(value) {
  return IsLiteral(value) && guard_exports.IsString(value.const);
}
function IsLiteral(value) {
  return IsKind(value, "Literal");
}

// ../../../work/main/node_modules/typebox/build/type/types/null.mjs
function Null(options) {
  return memory_exports.Create({ "~kind": "Null" }, { type: "null" }, options);
}
function IsNull2(value) {
  return IsKind(value, "Null");
}

// ../../../work/main/node_modules/typebox/build/type/types/number.mjs
var NumberPattern = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?";
function Number2(options) {
  return memory_exports.Create({ "~kind": "Number" }, { type: "number" }, options);
}
function IsNumber2(value) {
  return IsKind(value, "Number");
}

// ../../../work/main/node_modules/typebox/build/type/types/symbol.mjs
function Symbol2(options) {
  return memory_exports.Create({ "~kind": "Symbol" }, { type: "symbol" }, options);
}
function IsSymbol2(value) {
  return IsKind(value, "Symbol");
}

// ../../../work/main/node_modules/typebox/build/type/types/parameter.mjs
function Parameter(...args) {
  const [name, extends_, equals] = arguments_exports.Match(args, {
    3: (name2, extends_2, equals2) => [name2, extends_2, equals2],
    2: (name2, extends_2) => [name2, extends_2, extends_2],
    1: (name2) => [name2, Unknown(), Unknown()]
  });
  return memory_exports.Create({ "~kind": "Parameter" }, { name, extends: extends_, equals }, {});
}
function IsParameter(value) {
  return IsKind(value, "Parameter");
}

// ../../../work/main/node_modules/typebox/build/type/types/string.mjs
var StringPattern = ".*";
function String2(options) {
  return memory_exports.Create({ "~kind": "String" }, { type: "string" }, options);
}
function IsString2(value) {
  return IsKind(value, "String");
}

// ../../../work/main/node_modules/typebox/build/type/types/union.mjs
function Union(anyOf, options = {}) {
  return memory_exports.Create({ "~kind": "Union" }, { anyOf }, options);
}
function IsUnion(value) {
  return IsKind(value, "Union");
}
function UnionOptions(type) {
  return memory_exports.Discard(type, ["~kind", "anyOf"]);
}

// ../../../work/main/node_modules/typebox/build/type/engine/patterns/pattern.mjs
function ParsePatternIntoTypes(pattern) {
  const parsed = Pattern(pattern);
  const result = guard_exports.IsEqual(parsed.length, 2) ? parsed[0] : [];
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/template_literal/is_finite.mjs
function FromLiteral(_value) {
  return true;
}
function FromTypesReduce(types) {
  return guard_exports.ShiftLeft(types, (left, right) => FromType(left) ? FromTypesReduce(right) : false, () => true);
}
function FromTypes(types) {
  const result = guard_exports.IsEqual(types.length, 0) ? false : FromTypesReduce(types);
  return result;
}
function FromType(type) {
  return IsUnion(type) ? FromTypes(type.anyOf) : IsLiteral(type) ? FromLiteral(type.const) : false;
}
function IsTemplateLiteralFinite(types) {
  const result = FromTypes(types);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/template_literal/create.mjs
function TemplateLiteralCreate(pattern) {
  return memory_exports.Create({ ["~kind"]: "TemplateLiteral" }, { type: "string", pattern }, {});
}

// ../../../work/main/node_modules/typebox/build/type/engine/template_literal/decode.mjs
function FromLiteralPush(variants, value, result = []) {
  return guard_exports.ShiftLeft(variants, (left, right) => FromLiteralPush(right, value, [...result, `${left}${value}`]), () => result);
}
function FromLiteral2(variants, value) {
  return guard_exports.IsEqual(variants.length, 0) ? [`${value}`] : FromLiteralPush(variants, value);
}
function FromUnion(variants, types, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => FromUnion(variants, right, [...result, ...FromType2(variants, left)]), () => result);
}
function FromType2(variants, type) {
  const result = IsUnion(type) ? FromUnion(variants, type.anyOf) : IsLiteral(type) ? FromLiteral2(variants, type.const) : Unreachable();
  return result;
}
function DecodeFromSpan(variants, types) {
  return guard_exports.ShiftLeft(types, (left, right) => DecodeFromSpan(FromType2(variants, left), right), () => variants);
}
function VariantsToLiterals(variants) {
  return variants.map((variant) => Literal(variant));
}
function DecodeTypesAsUnion(types) {
  const variants = DecodeFromSpan([], types);
  const literals = VariantsToLiterals(variants);
  const result = Union(literals);
  return result;
}
function DecodeTypes(types) {
  return guard_exports.IsEqual(types.length, 0) ? Unreachable() : (
    // Literal('') :
    guard_exports.IsEqual(types.length, 1) && IsLiteral(types[0]) ? types[0] : DecodeTypesAsUnion(types)
  );
}
function TemplateLiteralDecodeUnsafe(pattern) {
  const types = ParsePatternIntoTypes(pattern);
  const result = guard_exports.IsEqual(types.length, 0) ? String2() : IsTemplateLiteralFinite(types) ? DecodeTypes(types) : TemplateLiteralCreate(pattern);
  return result;
}
function TemplateLiteralDecode(pattern) {
  const decoded2 = TemplateLiteralDecodeUnsafe(pattern);
  const result = IsTemplateLiteral(decoded2) ? String2() : decoded2;
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/record_create.mjs
function CreateRecord(key2, value) {
  const type = "object";
  const patternProperties = { [key2]: value };
  return memory_exports.Create({ ["~kind"]: "Record" }, { type, patternProperties });
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_any.mjs
function FromAnyKey(value) {
  return CreateRecord(StringKey, value);
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_boolean.mjs
function FromBooleanKey(value) {
  return _Object_({ true: value, false: value });
}

// ../../../work/main/node_modules/typebox/build/type/types/tuple.mjs
function Tuple(types, options = {}) {
  const [items, minItems, additionalItems] = [types, types.length, false];
  return memory_exports.Create({ ["~kind"]: "Tuple" }, { type: "array", additionalItems, items, minItems }, options);
}
function IsTuple(value) {
  return IsKind(value, "Tuple");
}
function TupleOptions(type) {
  return memory_exports.Discard(type, ["~kind", "type", "items", "minItems", "additionalItems"]);
}

// ../../../work/main/node_modules/typebox/build/type/engine/tuple/to_object.mjs
function TupleElementsToProperties(types) {
  const result = types.reduceRight((result2, right, index) => {
    return { [index]: right, ...result2 };
  }, {});
  return result;
}
function TupleToObject(type) {
  const properties = TupleElementsToProperties(type.items);
  const result = _Object_(properties);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/optional/instantiate_remove.mjs
function RemoveOptionalOperation(type) {
  return memory_exports.Discard(type, ["~optional"]);
}
function RemoveOptionalAction(type, options) {
  const result = memory_exports.Update(RemoveOptionalOperation(type), {}, options);
  return result;
}
function RemoveOptionalInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return RemoveOptionalAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly/instantiate_remove.mjs
function RemoveReadonlyOperation(type) {
  return memory_exports.Discard(type, ["~readonly"]);
}
function RemoveReadonlyAction(type, options) {
  const result = memory_exports.Update(RemoveReadonlyOperation(type), {}, options);
  return result;
}
function RemoveReadonlyInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return RemoveReadonlyAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/property.mjs
function EvaluatePropertyIntersect(left, right) {
  const isReadonly = IsReadonly(left) && IsReadonly(right);
  const isOptional = IsOptional(left) && IsOptional(right);
  const evaluated = EvaluateIntersect([left, right]);
  const property = RemoveReadonlyAction(RemoveOptionalAction(evaluated, {}), {});
  return isReadonly && isOptional ? AddReadonlyAction(AddOptionalAction(property, {}), {}) : isReadonly ? AddReadonlyAction(property, {}) : isOptional ? AddOptionalAction(property, {}) : property;
}
function EvaluatePropertyUnion(left, right) {
  const isReadonly = IsReadonly(left) || IsReadonly(right);
  const isOptional = IsOptional(left) || IsOptional(right);
  const leftProperty = RemoveReadonlyAction(RemoveOptionalAction(left, {}), {});
  const rightProperty = RemoveReadonlyAction(RemoveOptionalAction(right, {}), {});
  const property = EvaluateUnion([leftProperty, rightProperty]);
  return isReadonly && isOptional ? AddReadonlyAction(AddOptionalAction(property, {}), {}) : isReadonly ? AddReadonlyAction(property, {}) : isOptional ? AddOptionalAction(property, {}) : property;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/composite.mjs
function CompositePropertyKey(left, right, key2) {
  return key2 in left ? key2 in right ? EvaluatePropertyIntersect(left[key2], right[key2]) : left[key2] : key2 in right ? right[key2] : Never();
}
function CompositeProperties(left, right) {
  const keys = /* @__PURE__ */ new Set([...guard_exports.Keys(left), ...guard_exports.Keys(right)]);
  const result = [...keys].reduce((result2, key2) => {
    return { ...result2, [key2]: CompositePropertyKey(left, right, key2) };
  }, {});
  return result;
}
function GetProperties(type) {
  const result = IsObject2(type) ? type.properties : IsTuple(type) ? TupleElementsToProperties(type.items) : {};
  return result;
}
function Composite(left, right) {
  const leftProperties = GetProperties(left);
  const rightProperties = GetProperties(right);
  const properties = CompositeProperties(leftProperties, rightProperties);
  const result = _Object_(properties);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/narrow.mjs
function NarrowCompareRule(left, right) {
  const result = Compare(left, right);
  return guard_exports.IsEqual(result, CompareResultLeftInside) ? left : guard_exports.IsEqual(result, CompareResultRightInside) ? right : guard_exports.IsEqual(result, CompareResultEqual) ? right : Never();
}
function CanComposite(type) {
  return IsObject2(type) || IsTuple(type);
}
function NarrowCompositeRule(left, right) {
  const canCompositeLeft = CanComposite(left);
  const canCompositeRight = CanComposite(right);
  return canCompositeLeft && canCompositeRight ? Composite(left, right) : canCompositeLeft && !canCompositeRight ? left : !canCompositeLeft && canCompositeRight ? right : NarrowCompareRule(left, right);
}
function Narrow(left, right) {
  return IsNever(left) ? left : IsAny(left) ? left : IsUnknown(left) ? right : IsNever(right) ? right : IsAny(right) ? right : IsUnknown(right) ? left : NarrowCompositeRule(left, right);
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/distribute.mjs
function ShouldEvaluate(left, right) {
  const result = IsUnion(left) || IsUnion(right);
  return result;
}
function DistributeOperation(left, right) {
  const evaluatedLeft = EvaluateType(left);
  const evaluatedRight = EvaluateType(right);
  const shouldEvaluate = ShouldEvaluate(evaluatedLeft, evaluatedRight);
  const result = shouldEvaluate ? EvaluateIntersect([evaluatedLeft, evaluatedRight]) : Narrow(evaluatedLeft, evaluatedRight);
  return result;
}
function DistributeType(type, types, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => DistributeType(type, right, [...result, DistributeOperation(left, type)]), () => guard_exports.IsEqual(result.length, 0) ? [type] : result);
}
function DistributeUnion(types, distribution, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => DistributeUnion(right, distribution, [...result, ...Distribute([left], distribution)]), () => result);
}
function Distribute(types, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => IsUnion(left) ? Distribute(right, DistributeUnion(left.anyOf, result)) : Distribute(right, DistributeType(left, result)), () => result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/exclude/operation.mjs
function ExcludeType(left, right) {
  const check = Extends({}, left, right);
  const result = result_exports.IsExtendsTrueLike(check) ? [] : [left];
  return result;
}
function ExcludeUnion(left, right, result = []) {
  return guard_exports.ShiftLeft(left, (head, tail) => ExcludeUnion(tail, right, [...result, ...ExcludeType(head, right)]), () => result);
}
function ExcludeOperation(left, right) {
  const evaluated = EvaluateType(left);
  const canonical = IsUnion(evaluated) ? evaluated.anyOf : [evaluated];
  const remaining = ExcludeUnion(canonical, right);
  const result = EvaluateUnion(remaining);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/evaluate.mjs
function EvaluateDependent(if_, then_, else_) {
  const intersected = EvaluateIntersect([if_, then_]);
  const excluded = ExcludeOperation(else_, if_);
  const result = EvaluateUnion([intersected, excluded]);
  return result;
}
function EvaluateEnum(values, result = []) {
  return guard_exports.ShiftLeft(values, (left, right) => EvaluateEnum(right, [...result, Literal(left)]), () => EvaluateUnion(result));
}
function EvaluateIntersect(types) {
  const distribution = Distribute(types);
  const broadend = Broaden(distribution);
  const result = EvaluateUnion(broadend);
  return result;
}
function EvaluateTemplateLiteral(pattern) {
  const evaluated = TemplateLiteralDecode(pattern);
  const result = EvaluateType(evaluated);
  return result;
}
function EvaluateUnion(types) {
  const broadend = Broaden(types);
  const result = EvaluateUnionFast(broadend);
  return result;
}
function EvaluateType(type) {
  const result = IsDependent(type) ? EvaluateDependent(type.if, type.then, type.else) : IsEnum(type) ? EvaluateEnum(type.enum) : IsIntersect(type) ? EvaluateIntersect(type.allOf) : IsTemplateLiteral(type) ? EvaluateTemplateLiteral(type.pattern) : IsUnion(type) ? EvaluateUnion(type.anyOf) : type;
  return result;
}
function EvaluateUnionFast(types) {
  const result = guard_exports.IsEqual(types.length, 1) ? types[0] : guard_exports.IsEqual(types.length, 0) ? Never() : Union(types);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_enum.mjs
function FromEnumKey(values, value) {
  const unionKey = EvaluateEnum(values);
  const result = FromKey(unionKey, value);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_integer.mjs
function FromIntegerKey(_key, value) {
  const result = CreateRecord(IntegerKey, value);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_intersect.mjs
function FromIntersectKey(types, value) {
  const evaluatedKey = EvaluateIntersect(types);
  const result = FromKey(evaluatedKey, value);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_literal.mjs
function FromLiteralKey(key2, value) {
  return guard_exports.IsString(key2) || guard_exports.IsNumber(key2) ? _Object_({ [key2]: value }) : guard_exports.IsEqual(key2, false) ? _Object_({ false: value }) : guard_exports.IsEqual(key2, true) ? _Object_({ true: value }) : _Object_({});
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_number.mjs
function FromNumberKey(_key, value) {
  const result = CreateRecord(NumberKey, value);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_string.mjs
function FromStringKey(key2, value) {
  return guard_exports.HasPropertyKey(key2, "pattern") && (guard_exports.IsString(key2.pattern) || key2.pattern instanceof RegExp) ? CreateRecord(key2.pattern.toString(), value) : CreateRecord(StringKey, value);
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_template_literal.mjs
function FromTemplateKey(pattern, value) {
  const types = ParsePatternIntoTypes(pattern);
  const finite = IsTemplateLiteralFinite(types);
  const result = finite ? FromKey(EvaluateTemplateLiteral(pattern), value) : CreateRecord(pattern, value);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/flatten.mjs
function FlattenType(type) {
  const result = IsUnion(type) ? Flatten(type.anyOf) : [type];
  return result;
}
function Flatten(types, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => Flatten(right, [...result, ...FlattenType(left)]), () => result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key_union.mjs
function StringOrNumberCheck(types) {
  return types.some((type) => IsString2(type) || IsNumber2(type) || IsInteger2(type));
}
function TryBuildRecord(types, value) {
  return guard_exports.IsEqual(StringOrNumberCheck(types), true) ? CreateRecord(StringKey, value) : void 0;
}
function CreateProperties(types, value) {
  return types.reduce((result, left) => {
    return IsLiteral(left) && (guard_exports.IsString(left.const) || guard_exports.IsNumber(left.const)) ? { ...result, [left.const]: value } : result;
  }, {});
}
function CreateObject(types, value) {
  const properties = CreateProperties(types, value);
  const result = _Object_(properties);
  return result;
}
function FromUnionKey(types, value) {
  const flattened = Flatten(types);
  const record = TryBuildRecord(flattened, value);
  return IsSchema(record) ? record : CreateObject(flattened, value);
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/from_key.mjs
function FromKey(key2, value) {
  const result = IsAny(key2) ? FromAnyKey(value) : IsBoolean2(key2) ? FromBooleanKey(value) : IsEnum(key2) ? FromEnumKey(key2.enum, value) : IsInteger2(key2) ? FromIntegerKey(key2, value) : IsIntersect(key2) ? FromIntersectKey(key2.allOf, value) : IsLiteral(key2) ? FromLiteralKey(key2.const, value) : IsNumber2(key2) ? FromNumberKey(key2, value) : IsUnion(key2) ? FromUnionKey(key2.anyOf, value) : IsString2(key2) ? FromStringKey(key2, value) : IsTemplateLiteral(key2) ? FromTemplateKey(key2.pattern, value) : _Object_({});
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/record/instantiate.mjs
function RecordAction(key2, value, options) {
  const result = CanInstantiate([key2]) ? memory_exports.Update(FromKey(key2, value), {}, options) : RecordDeferred(key2, value, options);
  return result;
}
function RecordInstantiate(context, state, key2, value, options) {
  const instantiatedKey = InstantiateType(context, state, key2);
  const instantiatedValue = InstantiateType(context, state, value);
  return RecordAction(instantiatedKey, instantiatedValue, options);
}

// ../../../work/main/node_modules/typebox/build/type/types/record.mjs
var IntegerKey = `^${IntegerPattern}$`;
var NumberKey = `^${NumberPattern}$`;
var StringKey = `^${StringPattern}$`;
function RecordDeferred(key2, value, options = {}) {
  return Deferred("Record", [key2, value], options);
}
function Record(key2, value, options = {}) {
  return RecordAction(key2, value, options);
}
function RecordFromPattern(pattern, value) {
  return CreateRecord(pattern, value);
}
function RecordPatternToType(pattern) {
  const result = guard_exports.IsEqual(pattern, StringKey) ? String2() : guard_exports.IsEqual(pattern, IntegerKey) ? Integer() : guard_exports.IsEqual(pattern, NumberKey) ? Number2() : TemplateLiteralDecodeUnsafe(pattern);
  return result;
}
function RecordPattern(type) {
  return guard_exports.Keys(type.patternProperties)[0];
}
function RecordKey(type) {
  const pattern = RecordPattern(type);
  const result = RecordPatternToType(pattern);
  return result;
}
function RecordValue(type) {
  return type.patternProperties[RecordPattern(type)];
}
function IsRecord(value) {
  return IsKind(value, "Record");
}

// ../../../work/main/node_modules/typebox/build/type/types/rest.mjs
function Rest(type) {
  return memory_exports.Create({ "~kind": "Rest" }, { type: "rest", items: type }, {});
}
function IsRest(value) {
  return IsKind(value, "Rest");
}

// ../../../work/main/node_modules/typebox/build/type/types/this.mjs
function This(options) {
  return memory_exports.Create({ ["~kind"]: "This" }, { $ref: "#" }, options);
}
function IsThis(value) {
  return IsKind(value, "This");
}

// ../../../work/main/node_modules/typebox/build/type/types/undefined.mjs
function Undefined(options) {
  return memory_exports.Create({ "~kind": "Undefined" }, { type: "undefined" }, options);
}
function IsUndefined2(value) {
  return IsKind(value, "Undefined");
}

// ../../../work/main/node_modules/typebox/build/type/types/void.mjs
function Void(options) {
  return memory_exports.Create({ "~kind": "Void" }, { type: "void" }, options);
}
function IsVoid(value) {
  return IsKind(value, "Void");
}

// ../../../work/main/node_modules/typebox/build/type/script/mapping.mjs
function IntrinsicOrCall(ref, parameters) {
  return guard_exports.IsEqual(ref, "Array") ? _Array_(parameters[0]) : guard_exports.IsEqual(ref, "Capitalize") ? CapitalizeDeferred(parameters[0]) : guard_exports.IsEqual(ref, "ConstructorParameters") ? ConstructorParametersDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Evaluate") ? EvaluateDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Exclude") ? ExcludeDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "Extract") ? ExtractDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "Index") ? IndexDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "InstanceType") ? InstanceTypeDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Lowercase") ? LowercaseDeferred(parameters[0]) : guard_exports.IsEqual(ref, "NonNullable") ? NonNullableDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Omit") ? OmitDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "Parameters") ? ParametersDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Partial") ? PartialDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Pick") ? PickDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "Readonly") ? ReadonlyObjectDeferred(parameters[0]) : guard_exports.IsEqual(ref, "KeyOf") ? KeyOfDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Record") ? RecordDeferred(parameters[0], parameters[1]) : guard_exports.IsEqual(ref, "Required") ? RequiredDeferred(parameters[0]) : guard_exports.IsEqual(ref, "ReturnType") ? ReturnTypeDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Uncapitalize") ? UncapitalizeDeferred(parameters[0]) : guard_exports.IsEqual(ref, "Uppercase") ? UppercaseDeferred(parameters[0]) : CallConstruct(Ref(ref), parameters);
}
function Unreachable2() {
  throw Error("Unreachable");
}
function DelimitedDecode(input, result = []) {
  return guard_exports.ShiftLeft(input, (left, right) => DelimitedDecode(right, [...result, left[1]]), () => result);
}
function Delimited(input) {
  return guard_exports.IsEqual(input.length, 3) ? [input[0], ...DelimitedDecode(input[1])] : [];
}
function GenericParameterExtendsEqualsMapping(input) {
  return Parameter(input[0], input[2], input[4]);
}
function GenericParameterExtendsMapping(input) {
  return Parameter(input[0], input[2], input[2]);
}
function GenericParameterEqualsMapping(input) {
  return Parameter(input[0], Unknown(), input[2]);
}
function GenericParameterIdentifierMapping(input) {
  return Parameter(input, Unknown(), Unknown());
}
function GenericParameterMapping(input) {
  return input;
}
function GenericParameterListMapping(input) {
  return Delimited(input);
}
function GenericParametersMapping(input) {
  return input[1];
}
function GenericCallArgumentListMapping(input) {
  return Delimited(input);
}
function GenericCallArgumentsMapping(input) {
  return input[1];
}
function GenericCallMapping(input) {
  return IntrinsicOrCall(input[0], input[1]);
}
function OptionalSemiColonMapping(input) {
  return null;
}
function KeywordStringMapping(input) {
  return String2();
}
function KeywordNumberMapping(input) {
  return Number2();
}
function KeywordBooleanMapping(input) {
  return Boolean2();
}
function KeywordUndefinedMapping(input) {
  return Undefined();
}
function KeywordNullMapping(input) {
  return Null();
}
function KeywordIntegerMapping(input) {
  return Integer();
}
function KeywordBigIntMapping(input) {
  return BigInt2();
}
function KeywordUnknownMapping(input) {
  return Unknown();
}
function KeywordAnyMapping(input) {
  return Any();
}
function KeywordObjectMapping(input) {
  return _Object_({});
}
function KeywordNeverMapping(input) {
  return Never();
}
function KeywordSymbolMapping(input) {
  return Symbol2();
}
function KeywordVoidMapping(input) {
  return Void();
}
function KeywordThisMapping(input) {
  return This();
}
function LiteralBigIntMapping(input) {
  return Literal(BigInt(input));
}
function LiteralBooleanMapping(input) {
  return Literal(guard_exports.IsEqual(input, "true"));
}
function LiteralNumberMapping(input) {
  return Literal(parseFloat(input));
}
function LiteralStringMapping(input) {
  return Literal(input);
}
function TemplateInterpolateMapping(input) {
  return input[1];
}
function TemplateSpanMapping(input) {
  return Literal(input);
}
function TemplateBodyMapping(input) {
  return guard_exports.IsEqual(input.length, 3) ? [input[0], input[1], ...input[2]] : [input[0]];
}
function TemplateLiteralTypesMapping(input) {
  return input[1];
}
function TemplateLiteralMapping(input) {
  return TemplateLiteralDeferred(input);
}
function DependentMapping(input) {
  return guard_exports.IsEqual(input.length, 6) ? Dependent(input[1], input[3], input[5]) : Dependent(input[1], input[3], Unknown());
}
function KeyOfMapping(input) {
  return input.length > 0;
}
function IndexArrayMapping(input) {
  return input.reduce((result, current) => {
    return guard_exports.IsEqual(current.length, 3) ? [...result, [current[1]]] : [...result, []];
  }, []);
}
function ExtendsMapping(input) {
  return guard_exports.IsEqual(input.length, 6) ? [input[1], input[3], input[5]] : [];
}
function BaseMapping(input) {
  return guard_exports.IsArray(input) && guard_exports.IsEqual(input.length, 3) ? input[1] : input;
}
function WithMapping(input) {
  return guard_exports.IsEqual(input.length, 2) ? input[1] : [];
}
function FactorIndexArray(Type2, indexArray) {
  return indexArray.reduce((result, left) => {
    const _left = left;
    return guard_exports.IsEqual(_left.length, 1) ? IndexDeferred(result, _left[0]) : guard_exports.IsEqual(_left.length, 0) ? _Array_(result) : Unreachable2();
  }, Type2);
}
function FactorExtends(type, extend) {
  return guard_exports.IsEqual(extend.length, 3) ? ConditionalDeferred(type, extend[0], extend[1], extend[2]) : type;
}
function FactorWith(type, withClause) {
  return guard_exports.IsArray(withClause) && guard_exports.IsEqual(withClause.length, 0) ? type : WithDeferred(type, withClause);
}
function FactorMapping(input) {
  const [keyOf2, type, indexArray, extend, withClause] = input;
  return FactorWith(keyOf2 ? FactorExtends(KeyOfDeferred(FactorIndexArray(type, indexArray)), extend) : FactorExtends(FactorIndexArray(type, indexArray), extend), withClause);
}
function ExprBinaryMapping(left, rest) {
  return guard_exports.IsEqual(rest.length, 3) ? (() => {
    const [operator, right, next] = rest;
    const Schema = ExprBinaryMapping(right, next);
    if (guard_exports.IsEqual(operator, "&")) {
      return IsIntersect(Schema) ? Intersect([left, ...Schema.allOf]) : Intersect([left, Schema]);
    }
    if (guard_exports.IsEqual(operator, "|")) {
      return IsUnion(Schema) ? Union([left, ...Schema.anyOf]) : Union([left, Schema]);
    }
    Unreachable2();
  })() : left;
}
function ExprTermTailMapping(input) {
  return input;
}
function ExprTermMapping(input) {
  const [left, rest] = input;
  return ExprBinaryMapping(left, rest);
}
function ExprTailMapping(input) {
  return input;
}
function ExprMapping(input) {
  const [left, rest] = input;
  return ExprBinaryMapping(left, rest);
}
function ExprReadonlyMapping(input) {
  return AddImmutableDeferred(input[1]);
}
function ExprPipeMapping(input) {
  return input[1];
}
function GenericTypeMapping(input) {
  return Generic(input[0], input[2]);
}
function InferTypeMapping(input) {
  return guard_exports.IsEqual(input.length, 4) ? Infer(input[1], input[3]) : guard_exports.IsEqual(input.length, 2) ? Infer(input[1], Unknown()) : Unreachable2();
}
function TypeMapping(input) {
  return input;
}
function PropertyKeyNumberMapping(input) {
  return `${input}`;
}
function PropertyKeyIdentMapping(input) {
  return input;
}
function PropertyKeyQuotedMapping(input) {
  return input;
}
function PropertyKeyIndexMapping(input) {
  return IsInteger2(input[3]) ? IntegerKey : IsNumber2(input[3]) ? NumberKey : IsSymbol2(input[3]) ? StringKey : IsString2(input[3]) ? StringKey : Unreachable2();
}
function PropertyKeyMapping(input) {
  return input;
}
function ReadonlyMapping(input) {
  return input.length > 0;
}
function OptionalMapping(input) {
  return input.length > 0;
}
function PropertyMapping(input) {
  const [isReadonly, key2, isOptional, _colon, type] = input;
  return {
    [key2]: isReadonly && isOptional ? AddReadonlyDeferred(AddOptionalDeferred(type)) : isReadonly && !isOptional ? AddReadonlyDeferred(type) : !isReadonly && isOptional ? AddOptionalDeferred(type) : type
  };
}
function PropertyDelimiterMapping(input) {
  return input;
}
function PropertyListMapping(input) {
  return Delimited(input);
}
function PropertiesReduce(propertyList) {
  return propertyList.reduce((result, left) => {
    const isPatternProperties = guard_exports.HasPropertyKey(left, IntegerKey) || guard_exports.HasPropertyKey(left, NumberKey) || guard_exports.HasPropertyKey(left, StringKey);
    return isPatternProperties ? [result[0], memory_exports.Assign(result[1], left)] : [memory_exports.Assign(result[0], left), result[1]];
  }, [{}, {}]);
}
function PropertiesMapping(input) {
  return PropertiesReduce(input[1]);
}
function _Object_Mapping(input) {
  const [properties, patternProperties] = input;
  const options = guard_exports.IsEqual(guard_exports.Keys(patternProperties).length, 0) ? {} : { patternProperties };
  return _Object_(properties, options);
}
function ElementNamedMapping(input) {
  return guard_exports.IsEqual(input.length, 5) ? AddReadonlyDeferred(AddOptionalDeferred(input[4])) : guard_exports.IsEqual(input.length, 3) ? input[2] : guard_exports.IsEqual(input.length, 4) ? guard_exports.IsEqual(input[2], "readonly") ? AddReadonlyDeferred(input[3]) : AddOptionalDeferred(input[3]) : Unreachable2();
}
function ElementBaseMapping(input) {
  if (!guard_exports.IsArray(input) || !guard_exports.IsEqual(input.length, 3))
    return input;
  const [isReadonly, type, isOptional] = input;
  return isReadonly && isOptional ? AddReadonlyDeferred(AddOptionalDeferred(type)) : isReadonly && !isOptional ? AddReadonlyDeferred(type) : !isReadonly && isOptional ? AddOptionalDeferred(type) : type;
}
function ElementMapping(input) {
  return guard_exports.IsEqual(input.length, 2) ? Rest(input[1]) : guard_exports.IsEqual(input.length, 1) ? input[0] : Unreachable2();
}
function ElementListMapping(input) {
  return Delimited(input);
}
function _Tuple_Mapping(input) {
  return Tuple(input[1]);
}
function ParameterReadonlyOptionalMapping(input) {
  return AddReadonlyDeferred(AddOptionalDeferred(input[4]));
}
function ParameterReadonlyMapping(input) {
  return AddReadonlyDeferred(input[3]);
}
function ParameterOptionalMapping(input) {
  return AddOptionalDeferred(input[3]);
}
function ParameterTypeMapping(input) {
  return input[2];
}
function ParameterBaseMapping(input) {
  return input;
}
function ParameterMapping(input) {
  return guard_exports.IsEqual(input.length, 2) ? Rest(input[1]) : guard_exports.IsEqual(input.length, 1) ? input[0] : Unreachable2();
}
function ParameterListMapping(input) {
  return Delimited(input);
}
function _Function_Mapping(input) {
  return _Function_(input[1], input[4]);
}
function _Constructor_Mapping(input) {
  return Constructor(input[2], input[5]);
}
function ApplyReadonly(state, type) {
  return guard_exports.IsEqual(state, "remove") ? RemoveReadonlyDeferred(type) : guard_exports.IsEqual(state, "add") ? AddReadonlyDeferred(type) : type;
}
function MappedReadonlyMapping(input) {
  return guard_exports.IsEqual(input.length, 2) && guard_exports.IsEqual(input[0], "-") ? "remove" : guard_exports.IsEqual(input.length, 2) && guard_exports.IsEqual(input[0], "+") ? "add" : guard_exports.IsEqual(input.length, 1) ? "add" : "none";
}
function ApplyOptional(state, type) {
  return guard_exports.IsEqual(state, "remove") ? RemoveOptionalDeferred(type) : guard_exports.IsEqual(state, "add") ? AddOptionalDeferred(type) : type;
}
function MappedOptionalMapping(input) {
  return guard_exports.IsEqual(input.length, 2) && guard_exports.IsEqual(input[0], "-") ? "remove" : guard_exports.IsEqual(input.length, 2) && guard_exports.IsEqual(input[0], "+") ? "add" : guard_exports.IsEqual(input.length, 1) ? "add" : "none";
}
function MappedAsMapping(input) {
  return guard_exports.IsEqual(input.length, 2) ? [input[1]] : [];
}
function _Mapped_Mapping(input) {
  return guard_exports.IsArray(input[6]) && guard_exports.IsEqual(input[6].length, 1) ? MappedDeferred(Identifier(input[3]), input[5], input[6][0], ApplyReadonly(input[1], ApplyOptional(input[8], input[10]))) : MappedDeferred(Identifier(input[3]), input[5], Ref(input[3]), ApplyReadonly(input[1], ApplyOptional(input[8], input[10])));
}
function ReferenceMapping(input) {
  return Ref(input);
}
function WithBigIntMapping(input) {
  return BigInt(input);
}
function WithNumberMapping(input) {
  return parseFloat(input);
}
function WithBooleanMapping(input) {
  return guard_exports.IsEqual(input, "true");
}
function WithStringMapping(input) {
  return input;
}
function WithNullMapping(input) {
  return null;
}
function WithUndefinedMapping(input) {
  return void 0;
}
function WithPropertyMapping(input) {
  return { [input[0]]: input[2] };
}
function WithPropertyListMapping(input) {
  return Delimited(input);
}
function WithObjectMappingReduce(propertyList) {
  return propertyList.reduce((result, left) => {
    return memory_exports.Assign(result, left);
  }, {});
}
function WithObjectMapping(input) {
  return WithObjectMappingReduce(input[1]);
}
function WithElementListMapping(input) {
  return Delimited(input);
}
function WithArrayMapping(input) {
  return input[1];
}
function WithValueMapping(input) {
  return input;
}
function PatternBigIntMapping(input) {
  return BigInt2();
}
function PatternStringMapping(input) {
  return String2();
}
function PatternNumberMapping(input) {
  return Number2();
}
function PatternIntegerMapping(input) {
  return Integer();
}
function PatternNeverMapping(input) {
  return Never();
}
function PatternTextMapping(input) {
  return Literal(input);
}
function PatternBaseMapping(input) {
  return input;
}
function PatternGroupMapping(input) {
  return Union(input[1]);
}
function PatternUnionMapping(input) {
  return input.length === 3 ? [...input[0], ...input[2]] : input.length === 1 ? [...input[0]] : [];
}
function PatternTermMapping(input) {
  return [input[0], ...input[1]];
}
function PatternBodyMapping(input) {
  return input;
}
function PatternMapping(input) {
  return input[1];
}
function InterfaceDeclarationHeritageListMapping(input) {
  return Delimited(input);
}
function InterfaceDeclarationHeritageMapping(input) {
  return guard_exports.IsEqual(input.length, 2) ? input[1] : [];
}
function InterfaceDeclarationGenericMapping(input) {
  const parameters = input[2];
  const heritage = input[3];
  const [properties, patternProperties] = input[4];
  const options = guard_exports.IsEqual(guard_exports.Keys(patternProperties).length, 0) ? {} : { patternProperties };
  return { [input[1]]: Generic(parameters, InterfaceDeferred(heritage, properties, options)) };
}
function InterfaceDeclarationMapping(input) {
  const heritage = input[2];
  const [properties, patternProperties] = input[3];
  const options = guard_exports.IsEqual(guard_exports.Keys(patternProperties).length, 0) ? {} : { patternProperties };
  return { [input[1]]: InterfaceDeferred(heritage, properties, options) };
}
function TypeAliasDeclarationGenericMapping(input) {
  return { [input[1]]: Generic(input[2], input[4]) };
}
function TypeAliasDeclarationMapping(input) {
  return { [input[1]]: input[3] };
}
function ExportKeywordMapping(input) {
  return null;
}
function ModuleDeclarationDelimiterMapping(input) {
  return input;
}
function ModuleDeclarationListMapping(input) {
  return Delimited(input);
}
function ModuleDeclarationMapping(input) {
  return input[1];
}
function ModuleMapping(input) {
  const [moduleDeclaration, moduleDeclarationList] = [input[0], input[1]];
  return ModuleDeferred(memory_exports.Assign(moduleDeclaration, PropertiesReduce(moduleDeclarationList)[0]));
}
function ScriptMapping(input) {
  return input;
}

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/match.mjs
function IsMatch(value) {
  return IsEqual(value.length, 2);
}
function Match2(input, ok, fail) {
  return IsMatch(input) ? ok(input[0], input[1]) : fail();
}

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/take.mjs
function TakeVariant(variant, input) {
  return IsEqual(input.indexOf(variant), 0) ? [variant, input.slice(variant.length)] : [];
}
function Take(variants, input) {
  for (let i = 0; i < variants.length; i++) {
    const result = TakeVariant(variants[i], input);
    if (IsMatch(result))
      return result;
  }
  return [];
}

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/char.mjs
function Range(start, end) {
  return Array.from({ length: end - start + 1 }, (_, i) => String.fromCharCode(start + i));
}
var Alpha = [
  ...Range(97, 122),
  // Lowercase
  ...Range(65, 90)
  // Uppercase
];
var Zero = "0";
var NonZero = Range(49, 57);
var Digit = [Zero, ...NonZero];
var WhiteSpace = " ";
var NewLine = "\n";
var UnderScore = "_";
var Dot = ".";
var DollarSign = "$";
var Hyphen = "-";

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/trim.mjs
var LineComment = "//";
var OpenComment = "/*";
var CloseComment = "*/";
function DiscardMultilineComment(input) {
  const index = input.indexOf(CloseComment);
  const result = IsEqual(index, -1) ? "" : input.slice(index + 2);
  return result;
}
function DiscardLineComment(input) {
  const index = input.indexOf(NewLine);
  const result = IsEqual(index, -1) ? "" : input.slice(index);
  return result;
}
function TrimStartUntilNewline(input) {
  return input.replace(/^[ \t\r\f\v]+/, "");
}
function TrimWhitespace(input) {
  const trimmed = TrimStartUntilNewline(input);
  return trimmed.startsWith(OpenComment) ? TrimWhitespace(DiscardMultilineComment(trimmed.slice(2))) : trimmed.startsWith(LineComment) ? TrimWhitespace(DiscardLineComment(trimmed.slice(2))) : trimmed;
}
function Trim(input) {
  const trimmed = input.trimStart();
  return trimmed.startsWith(OpenComment) ? Trim(DiscardMultilineComment(trimmed.slice(2))) : trimmed.startsWith(LineComment) ? Trim(DiscardLineComment(trimmed.slice(2))) : trimmed;
}

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/optional.mjs
function Optional2(value, input) {
  return Match2(Take([value], input), (Optional4, Rest2) => [Optional4, Rest2], () => ["", input]);
}

// ../../../work/main/node_modules/typebox/build/type/script/token/internal/many.mjs
function IsDiscard(discard, input) {
  return discard.includes(input);
}
function Many(allowed, discard, input, result = "") {
  return Match2(Take(allowed, input), (Char, Rest2) => IsDiscard(discard, Char) ? Many(allowed, discard, Rest2, result) : Many(allowed, discard, Rest2, `${result}${Char}`), () => [result, input]);
}

// ../../../work/main/node_modules/typebox/build/type/script/token/unsigned_integer.mjs
function TakeNonZero(input) {
  return Take(NonZero, input);
}
var AllowedDigits = [...Digit, UnderScore];
function TakeDigits(input) {
  return Many(AllowedDigits, [UnderScore], input);
}
function TakeUnsignedInteger(input) {
  return Match2(Take([Zero], input), (Zero2, ZeroRest) => [Zero2, ZeroRest], () => Match2(
    TakeNonZero(input),
    (NonZero2, NonZeroRest) => Match2(TakeDigits(NonZeroRest), (Digits, DigitsRest) => [`${NonZero2}${Digits}`, DigitsRest], () => []),
    // fail: did not match Digits
    () => []
  ));
}
function UnsignedInteger(input) {
  return TakeUnsignedInteger(Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/integer.mjs
function TakeSign(input) {
  return Optional2(Hyphen, input);
}
function TakeSignedInteger(input) {
  return Match2(
    TakeSign(input),
    (Sign, SignRest) => Match2(UnsignedInteger(SignRest), (UnsignedInteger2, UnsignedIntegerRest) => [`${Sign}${UnsignedInteger2}`, UnsignedIntegerRest], () => []),
    // fail: did not match unsigned integer
    () => []
  );
}
function Integer2(input) {
  return TakeSignedInteger(Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/bigint.mjs
function TakeBigInt(input) {
  return Match2(
    Integer2(input),
    (Integer3, IntegerRest) => Match2(Take(["n"], IntegerRest), (_N, NRest) => [`${Integer3}`, NRest], () => []),
    // fail: did not match 'n'
    () => []
  );
}
function BigInt3(input) {
  return TakeBigInt(input);
}

// ../../../work/main/node_modules/typebox/build/type/script/token/const.mjs
function TakeConst(const_, input) {
  return Take([const_], input);
}
function Const(const_, input) {
  return IsEqual(const_, "") ? ["", input] : const_.startsWith(NewLine) ? TakeConst(const_, TrimWhitespace(input)) : const_.startsWith(WhiteSpace) ? TakeConst(const_, input) : TakeConst(const_, Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/ident.mjs
var Initial = [...Alpha, UnderScore, DollarSign];
function TakeInitial(input) {
  return Take(Initial, input);
}
var Remaining = [...Initial, ...Digit];
function TakeRemaining(input, result = "") {
  return Match2(Take(Remaining, input), (Remaining2, RemainingRest) => TakeRemaining(RemainingRest, `${result}${Remaining2}`), () => [result, input]);
}
function TakeIdent(input) {
  return Match2(
    TakeInitial(input),
    (Initial2, InitialRest) => Match2(TakeRemaining(InitialRest), (Remaining2, RemainingRest) => [`${Initial2}${Remaining2}`, RemainingRest], () => []),
    // fail: did not match Remaining
    () => []
  );
}
function Ident(input) {
  return TakeIdent(Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/unsigned_number.mjs
var AllowedDigits2 = [...Digit, UnderScore];
function IsLeadingDot(input) {
  return IsMatch(Take([Dot], input));
}
function TakeFractional(input) {
  return Match2(Many(AllowedDigits2, [UnderScore], input), (Digits, DigitsRest) => IsEqual(Digits, "") ? [] : [Digits, DigitsRest], () => []);
}
function LeadingDot(input) {
  return Match2(
    Take([Dot], input),
    (Dot2, DotRest) => Match2(TakeFractional(DotRest), (Fractional, FractionalRest) => [`0${Dot2}${Fractional}`, FractionalRest], () => []),
    // fail: did not match Fractional
    () => []
  );
}
function LeadingInteger(input) {
  return Match2(
    UnsignedInteger(input),
    (Integer3, IntegerRest) => Match2(
      Take([Dot], IntegerRest),
      (Dot2, DotRest) => Match2(TakeFractional(DotRest), (Fractional, FractionalRest) => [`${Integer3}${Dot2}${Fractional}`, FractionalRest], () => [`${Integer3}`, DotRest]),
      // fail: did not match Fractional, use Integer
      () => [`${Integer3}`, IntegerRest]
    ),
    // fail: did not match Dot, use Integer
    () => []
  );
}
function TakeUnsignedNumber(input) {
  return IsLeadingDot(input) ? LeadingDot(input) : LeadingInteger(input);
}
function UnsignedNumber(input) {
  return TakeUnsignedNumber(Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/number.mjs
function TakeSign2(input) {
  return Optional2(Hyphen, input);
}
function TakeSignedNumber(input) {
  return Match2(
    TakeSign2(input),
    (Sign, SignRest) => Match2(UnsignedNumber(SignRest), (UnsignedInteger2, UnsignedIntegerRest) => [`${Sign}${UnsignedInteger2}`, UnsignedIntegerRest], () => []),
    // fail: did not match unsigned integer
    () => []
  );
}
function Number3(input) {
  return TakeSignedNumber(Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/until.mjs
function TakeOne(input) {
  const result = IsEqual(input, "") ? [] : [input.slice(0, 1), input.slice(1)];
  return result;
}
function IsInputMatchSentinal(end, input) {
  return ShiftLeft(end, (left, right) => input.startsWith(left) ? true : IsInputMatchSentinal(right, input), () => false);
}
function Until(end, input, result = "") {
  return Match2(
    TakeOne(input),
    (One, Rest2) => IsInputMatchSentinal(end, input) ? [result, input] : Until(end, Rest2, `${result}${One}`),
    () => []
  );
}

// ../../../work/main/node_modules/typebox/build/type/script/token/span.mjs
function MultiLine(start, end, input) {
  return Match2(
    Take([start], input),
    (_, Rest2) => Match2(
      Until([end], Rest2),
      (Until2, UntilRest) => Match2(Take([end], UntilRest), (_2, Rest3) => [`${Until2}`, Rest3], () => []),
      // fail: did not match End
      () => []
    ),
    // fail: did not match Until
    () => []
  );
}
function SingleLine(start, end, input) {
  return Match2(
    Take([start], input),
    (_, Rest2) => Match2(
      Until([NewLine, end], Rest2),
      (Until2, UntilRest) => Match2(Take([end], UntilRest), (_2, EndRest) => [`${Until2}`, EndRest], () => []),
      // fail: did not match End
      () => []
    ),
    // fail: did not match Until
    () => []
  );
}
function Span(start, end, multiLine, input) {
  return multiLine ? MultiLine(start, end, Trim(input)) : SingleLine(start, end, Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/string.mjs
function TakeInitial2(quotes, input) {
  return Take(quotes, input);
}
function TakeSpan(quote, input) {
  return Span(quote, quote, false, input);
}
function TakeString(quotes, input) {
  return Match2(TakeInitial2(quotes, input), (Initial2, InitialRest) => TakeSpan(Initial2, `${Initial2}${InitialRest}`), () => []);
}
function String3(quotes, input) {
  return TakeString(quotes, Trim(input));
}

// ../../../work/main/node_modules/typebox/build/type/script/token/until_1.mjs
function Until_1(end, input) {
  return Match2(Until(end, input), (Until2, UntilRest) => IsEqual(Until2, "") ? [] : [Until2, UntilRest], () => []);
}

// ../../../work/main/node_modules/typebox/build/type/script/parser.mjs
var If = (result, left, right = () => []) => result.length === 2 ? left(result) : right();
var GenericParameterExtendsEquals = (input) => If(If(Ident(input), ([_0, input2]) => If(Const("extends", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => If(Const("=", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [GenericParameterExtendsEqualsMapping(_0), input2]);
var GenericParameterExtends = (input) => If(If(Ident(input), ([_0, input2]) => If(Const("extends", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [GenericParameterExtendsMapping(_0), input2]);
var GenericParameterEquals = (input) => If(If(Ident(input), ([_0, input2]) => If(Const("=", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [GenericParameterEqualsMapping(_0), input2]);
var GenericParameterIdentifier = (input) => If(Ident(input), ([_0, input2]) => [GenericParameterIdentifierMapping(_0), input2]);
var GenericParameter = (input) => If(If(GenericParameterExtendsEquals(input), ([_0, input2]) => [_0, input2], () => If(GenericParameterExtends(input), ([_0, input2]) => [_0, input2], () => If(GenericParameterEquals(input), ([_0, input2]) => [_0, input2], () => If(GenericParameterIdentifier(input), ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [GenericParameterMapping(_0), input2]);
var GenericParameterList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(GenericParameter(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => GenericParameterList_0(input2, [...result, _0]), () => [result, input]);
var GenericParameterList = (input) => If(If(If(GenericParameter(input), ([_0, input2]) => If(GenericParameterList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [GenericParameterListMapping(_0), input2]);
var GenericParameters = (input) => If(If(Const("<", input), ([_0, input2]) => If(GenericParameterList(input2), ([_1, input3]) => If(Const(">", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [GenericParametersMapping(_0), input2]);
var GenericCallArgumentList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => GenericCallArgumentList_0(input2, [...result, _0]), () => [result, input]);
var GenericCallArgumentList = (input) => If(If(If(Type(input), ([_0, input2]) => If(GenericCallArgumentList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [GenericCallArgumentListMapping(_0), input2]);
var GenericCallArguments = (input) => If(If(Const("<", input), ([_0, input2]) => If(GenericCallArgumentList(input2), ([_1, input3]) => If(Const(">", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [GenericCallArgumentsMapping(_0), input2]);
var GenericCall = (input) => If(If(Ident(input), ([_0, input2]) => If(GenericCallArguments(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [GenericCallMapping(_0), input2]);
var OptionalSemiColon = (input) => If(If(If(Const(";", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [OptionalSemiColonMapping(_0), input2]);
var KeywordString = (input) => If(Const("string", input), ([_0, input2]) => [KeywordStringMapping(_0), input2]);
var KeywordNumber = (input) => If(Const("number", input), ([_0, input2]) => [KeywordNumberMapping(_0), input2]);
var KeywordBoolean = (input) => If(Const("boolean", input), ([_0, input2]) => [KeywordBooleanMapping(_0), input2]);
var KeywordUndefined = (input) => If(Const("undefined", input), ([_0, input2]) => [KeywordUndefinedMapping(_0), input2]);
var KeywordNull = (input) => If(Const("null", input), ([_0, input2]) => [KeywordNullMapping(_0), input2]);
var KeywordInteger = (input) => If(Const("integer", input), ([_0, input2]) => [KeywordIntegerMapping(_0), input2]);
var KeywordBigInt = (input) => If(Const("bigint", input), ([_0, input2]) => [KeywordBigIntMapping(_0), input2]);
var KeywordUnknown = (input) => If(Const("unknown", input), ([_0, input2]) => [KeywordUnknownMapping(_0), input2]);
var KeywordAny = (input) => If(Const("any", input), ([_0, input2]) => [KeywordAnyMapping(_0), input2]);
var KeywordObject = (input) => If(Const("object", input), ([_0, input2]) => [KeywordObjectMapping(_0), input2]);
var KeywordNever = (input) => If(Const("never", input), ([_0, input2]) => [KeywordNeverMapping(_0), input2]);
var KeywordSymbol = (input) => If(Const("symbol", input), ([_0, input2]) => [KeywordSymbolMapping(_0), input2]);
var KeywordVoid = (input) => If(Const("void", input), ([_0, input2]) => [KeywordVoidMapping(_0), input2]);
var KeywordThis = (input) => If(Const("this", input), ([_0, input2]) => [KeywordThisMapping(_0), input2]);
var TemplateInterpolate = (input) => If(If(Const("${", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const("}", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [TemplateInterpolateMapping(_0), input2]);
var TemplateSpan = (input) => If(Until(["${", "`"], input), ([_0, input2]) => [TemplateSpanMapping(_0), input2]);
var TemplateBody = (input) => If(If(If(TemplateSpan(input), ([_0, input2]) => If(TemplateInterpolate(input2), ([_1, input3]) => If(TemplateBody(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If(If(TemplateSpan(input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If(If(TemplateSpan(input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => []))), ([_0, input2]) => [TemplateBodyMapping(_0), input2]);
var TemplateLiteralTypes = (input) => If(If(Const("`", input), ([_0, input2]) => If(TemplateBody(input2), ([_1, input3]) => If(Const("`", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [TemplateLiteralTypesMapping(_0), input2]);
var TemplateLiteral = (input) => If(TemplateLiteralTypes(input), ([_0, input2]) => [TemplateLiteralMapping(_0), input2]);
var Dependent2 = (input) => If(If(If(Const("if", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const("then", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => If(Const("else", input5), ([_4, input6]) => If(Type(input6), ([_5, input7]) => [[_0, _1, _2, _3, _4, _5], input7])))))), ([_0, input2]) => [_0, input2], () => If(If(Const("if", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const("then", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [DependentMapping(_0), input2]);
var LiteralBigInt = (input) => If(BigInt3(input), ([_0, input2]) => [LiteralBigIntMapping(_0), input2]);
var LiteralBoolean = (input) => If(If(Const("true", input), ([_0, input2]) => [_0, input2], () => If(Const("false", input), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [LiteralBooleanMapping(_0), input2]);
var LiteralNumber = (input) => If(Number3(input), ([_0, input2]) => [LiteralNumberMapping(_0), input2]);
var LiteralString = (input) => If(String3(["'", '"'], input), ([_0, input2]) => [LiteralStringMapping(_0), input2]);
var KeyOf = (input) => If(If(If(Const("keyof", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [KeyOfMapping(_0), input2]);
var IndexArray_0 = (input, result = []) => If(If(If(Const("[", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const("]", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If(If(Const("[", input), ([_0, input2]) => If(Const("]", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => IndexArray_0(input2, [...result, _0]), () => [result, input]);
var IndexArray = (input) => If(IndexArray_0(input), ([_0, input2]) => [IndexArrayMapping(_0), input2]);
var Extends2 = (input) => If(If(If(Const("extends", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const("?", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => If(Const(":", input5), ([_4, input6]) => If(Type(input6), ([_5, input7]) => [[_0, _1, _2, _3, _4, _5], input7])))))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ExtendsMapping(_0), input2]);
var Base = (input) => If(If(If(Const("(", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Const(")", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If(KeywordString(input), ([_0, input2]) => [_0, input2], () => If(KeywordNumber(input), ([_0, input2]) => [_0, input2], () => If(KeywordBoolean(input), ([_0, input2]) => [_0, input2], () => If(KeywordUndefined(input), ([_0, input2]) => [_0, input2], () => If(KeywordNull(input), ([_0, input2]) => [_0, input2], () => If(KeywordInteger(input), ([_0, input2]) => [_0, input2], () => If(KeywordBigInt(input), ([_0, input2]) => [_0, input2], () => If(KeywordUnknown(input), ([_0, input2]) => [_0, input2], () => If(KeywordAny(input), ([_0, input2]) => [_0, input2], () => If(KeywordObject(input), ([_0, input2]) => [_0, input2], () => If(KeywordNever(input), ([_0, input2]) => [_0, input2], () => If(KeywordSymbol(input), ([_0, input2]) => [_0, input2], () => If(KeywordVoid(input), ([_0, input2]) => [_0, input2], () => If(KeywordThis(input), ([_0, input2]) => [_0, input2], () => If(LiteralBigInt(input), ([_0, input2]) => [_0, input2], () => If(LiteralBoolean(input), ([_0, input2]) => [_0, input2], () => If(LiteralNumber(input), ([_0, input2]) => [_0, input2], () => If(LiteralString(input), ([_0, input2]) => [_0, input2], () => If(TemplateLiteral(input), ([_0, input2]) => [_0, input2], () => If(Dependent2(input), ([_0, input2]) => [_0, input2], () => If(_Object_2(input), ([_0, input2]) => [_0, input2], () => If(_Tuple_(input), ([_0, input2]) => [_0, input2], () => If(_Constructor_(input), ([_0, input2]) => [_0, input2], () => If(_Function_2(input), ([_0, input2]) => [_0, input2], () => If(_Mapped_(input), ([_0, input2]) => [_0, input2], () => If(GenericCall(input), ([_0, input2]) => [_0, input2], () => If(Reference(input), ([_0, input2]) => [_0, input2], () => [])))))))))))))))))))))))))))), ([_0, input2]) => [BaseMapping(_0), input2]);
var With = (input) => If(If(If(Const("with", input), ([_0, input2]) => If(WithObject(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [WithMapping(_0), input2]);
var Factor = (input) => If(If(KeyOf(input), ([_0, input2]) => If(Base(input2), ([_1, input3]) => If(IndexArray(input3), ([_2, input4]) => If(Extends2(input4), ([_3, input5]) => If(With(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [FactorMapping(_0), input2]);
var ExprTermTail = (input) => If(If(If(Const("&", input), ([_0, input2]) => If(Factor(input2), ([_1, input3]) => If(ExprTermTail(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ExprTermTailMapping(_0), input2]);
var ExprTerm = (input) => If(If(Factor(input), ([_0, input2]) => If(ExprTermTail(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [ExprTermMapping(_0), input2]);
var ExprTail = (input) => If(If(If(Const("|", input), ([_0, input2]) => If(ExprTerm(input2), ([_1, input3]) => If(ExprTail(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ExprTailMapping(_0), input2]);
var Expr = (input) => If(If(ExprTerm(input), ([_0, input2]) => If(ExprTail(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [ExprMapping(_0), input2]);
var ExprReadonly = (input) => If(If(Const("readonly", input), ([_0, input2]) => If(Expr(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [ExprReadonlyMapping(_0), input2]);
var ExprPipe = (input) => If(If(Const("|", input), ([_0, input2]) => If(Expr(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [ExprPipeMapping(_0), input2]);
var GenericType = (input) => If(If(GenericParameters(input), ([_0, input2]) => If(Const("=", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [GenericTypeMapping(_0), input2]);
var InferType = (input) => If(If(If(Const("infer", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(Const("extends", input3), ([_2, input4]) => If(Expr(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [_0, input2], () => If(If(Const("infer", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [InferTypeMapping(_0), input2]);
var Type = (input) => If(If(InferType(input), ([_0, input2]) => [_0, input2], () => If(ExprPipe(input), ([_0, input2]) => [_0, input2], () => If(ExprReadonly(input), ([_0, input2]) => [_0, input2], () => If(Expr(input), ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [TypeMapping(_0), input2]);
var PropertyKeyNumber = (input) => If(Number3(input), ([_0, input2]) => [PropertyKeyNumberMapping(_0), input2]);
var PropertyKeyIdent = (input) => If(Ident(input), ([_0, input2]) => [PropertyKeyIdentMapping(_0), input2]);
var PropertyKeyQuoted = (input) => If(String3(["'", '"'], input), ([_0, input2]) => [PropertyKeyQuotedMapping(_0), input2]);
var PropertyKeyIndex = (input) => If(If(Const("[", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(Const(":", input3), ([_2, input4]) => If(If(KeywordInteger(input4), ([_02, input5]) => [_02, input5], () => If(KeywordNumber(input4), ([_02, input5]) => [_02, input5], () => If(KeywordString(input4), ([_02, input5]) => [_02, input5], () => If(KeywordSymbol(input4), ([_02, input5]) => [_02, input5], () => [])))), ([_3, input5]) => If(Const("]", input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [PropertyKeyIndexMapping(_0), input2]);
var PropertyKey = (input) => If(If(PropertyKeyNumber(input), ([_0, input2]) => [_0, input2], () => If(PropertyKeyIdent(input), ([_0, input2]) => [_0, input2], () => If(PropertyKeyQuoted(input), ([_0, input2]) => [_0, input2], () => If(PropertyKeyIndex(input), ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [PropertyKeyMapping(_0), input2]);
var Readonly2 = (input) => If(If(If(Const("readonly", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ReadonlyMapping(_0), input2]);
var Optional3 = (input) => If(If(If(Const("?", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [OptionalMapping(_0), input2]);
var Property = (input) => If(If(Readonly2(input), ([_0, input2]) => If(PropertyKey(input2), ([_1, input3]) => If(Optional3(input3), ([_2, input4]) => If(Const(":", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [PropertyMapping(_0), input2]);
var PropertyDelimiter = (input) => If(If(If(Const(",", input), ([_0, input2]) => If(Const("\n", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const(";", input), ([_0, input2]) => If(Const("\n", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const(",", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If(If(Const(";", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If(If(Const("\n", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => []))))), ([_0, input2]) => [PropertyDelimiterMapping(_0), input2]);
var PropertyList_0 = (input, result = []) => If(If(PropertyDelimiter(input), ([_0, input2]) => If(Property(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => PropertyList_0(input2, [...result, _0]), () => [result, input]);
var PropertyList = (input) => If(If(If(Property(input), ([_0, input2]) => If(PropertyList_0(input2), ([_1, input3]) => If(If(PropertyDelimiter(input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [PropertyListMapping(_0), input2]);
var Properties = (input) => If(If(Const("{", input), ([_0, input2]) => If(PropertyList(input2), ([_1, input3]) => If(Const("}", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [PropertiesMapping(_0), input2]);
var _Object_2 = (input) => If(Properties(input), ([_0, input2]) => [_Object_Mapping(_0), input2]);
var ElementNamed = (input) => If(If(If(Ident(input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => If(Const(":", input3), ([_2, input4]) => If(Const("readonly", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [_0, input2], () => If(If(Ident(input), ([_0, input2]) => If(Const(":", input2), ([_1, input3]) => If(Const("readonly", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [_0, input2], () => If(If(Ident(input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => If(Const(":", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [_0, input2], () => If(If(Ident(input), ([_0, input2]) => If(Const(":", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [ElementNamedMapping(_0), input2]);
var ElementBase = (input) => If(If(ElementNamed(input), ([_0, input2]) => [_0, input2], () => If(If(Readonly2(input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => If(Optional3(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ElementBaseMapping(_0), input2]);
var Element = (input) => If(If(If(Const("...", input), ([_0, input2]) => If(ElementBase(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(ElementBase(input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ElementMapping(_0), input2]);
var ElementList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(Element(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => ElementList_0(input2, [...result, _0]), () => [result, input]);
var ElementList = (input) => If(If(If(Element(input), ([_0, input2]) => If(ElementList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ElementListMapping(_0), input2]);
var _Tuple_ = (input) => If(If(Const("[", input), ([_0, input2]) => If(ElementList(input2), ([_1, input3]) => If(Const("]", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_Tuple_Mapping(_0), input2]);
var ParameterReadonlyOptional = (input) => If(If(Ident(input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => If(Const(":", input3), ([_2, input4]) => If(Const("readonly", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [ParameterReadonlyOptionalMapping(_0), input2]);
var ParameterReadonly = (input) => If(If(Ident(input), ([_0, input2]) => If(Const(":", input2), ([_1, input3]) => If(Const("readonly", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [ParameterReadonlyMapping(_0), input2]);
var ParameterOptional = (input) => If(If(Ident(input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => If(Const(":", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [ParameterOptionalMapping(_0), input2]);
var ParameterType = (input) => If(If(Ident(input), ([_0, input2]) => If(Const(":", input2), ([_1, input3]) => If(Type(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [ParameterTypeMapping(_0), input2]);
var ParameterBase = (input) => If(If(ParameterReadonlyOptional(input), ([_0, input2]) => [_0, input2], () => If(ParameterReadonly(input), ([_0, input2]) => [_0, input2], () => If(ParameterOptional(input), ([_0, input2]) => [_0, input2], () => If(ParameterType(input), ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [ParameterBaseMapping(_0), input2]);
var Parameter2 = (input) => If(If(If(Const("...", input), ([_0, input2]) => If(ParameterBase(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(ParameterBase(input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ParameterMapping(_0), input2]);
var ParameterList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(Parameter2(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => ParameterList_0(input2, [...result, _0]), () => [result, input]);
var ParameterList = (input) => If(If(If(Parameter2(input), ([_0, input2]) => If(ParameterList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ParameterListMapping(_0), input2]);
var _Function_2 = (input) => If(If(Const("(", input), ([_0, input2]) => If(ParameterList(input2), ([_1, input3]) => If(Const(")", input3), ([_2, input4]) => If(Const("=>", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [_Function_Mapping(_0), input2]);
var _Constructor_ = (input) => If(If(Const("new", input), ([_0, input2]) => If(Const("(", input2), ([_1, input3]) => If(ParameterList(input3), ([_2, input4]) => If(Const(")", input4), ([_3, input5]) => If(Const("=>", input5), ([_4, input6]) => If(Type(input6), ([_5, input7]) => [[_0, _1, _2, _3, _4, _5], input7])))))), ([_0, input2]) => [_Constructor_Mapping(_0), input2]);
var MappedReadonly = (input) => If(If(If(Const("+", input), ([_0, input2]) => If(Const("readonly", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const("-", input), ([_0, input2]) => If(Const("readonly", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const("readonly", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [MappedReadonlyMapping(_0), input2]);
var MappedOptional = (input) => If(If(If(Const("+", input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const("-", input), ([_0, input2]) => If(Const("?", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const("?", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])))), ([_0, input2]) => [MappedOptionalMapping(_0), input2]);
var MappedAs = (input) => If(If(If(Const("as", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [MappedAsMapping(_0), input2]);
var _Mapped_ = (input) => If(If(Const("{", input), ([_0, input2]) => If(MappedReadonly(input2), ([_1, input3]) => If(Const("[", input3), ([_2, input4]) => If(Ident(input4), ([_3, input5]) => If(Const("in", input5), ([_4, input6]) => If(Type(input6), ([_5, input7]) => If(MappedAs(input7), ([_6, input8]) => If(Const("]", input8), ([_7, input9]) => If(MappedOptional(input9), ([_8, input10]) => If(Const(":", input10), ([_9, input11]) => If(Type(input11), ([_10, input12]) => If(OptionalSemiColon(input12), ([_11, input13]) => If(Const("}", input13), ([_12, input14]) => [[_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12], input14]))))))))))))), ([_0, input2]) => [_Mapped_Mapping(_0), input2]);
var Reference = (input) => If(Ident(input), ([_0, input2]) => [ReferenceMapping(_0), input2]);
var WithBigInt = (input) => If(BigInt3(input), ([_0, input2]) => [WithBigIntMapping(_0), input2]);
var WithNumber = (input) => If(Number3(input), ([_0, input2]) => [WithNumberMapping(_0), input2]);
var WithBoolean = (input) => If(If(Const("true", input), ([_0, input2]) => [_0, input2], () => If(Const("false", input), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [WithBooleanMapping(_0), input2]);
var WithString = (input) => If(String3(['"', "'"], input), ([_0, input2]) => [WithStringMapping(_0), input2]);
var WithNull = (input) => If(Const("null", input), ([_0, input2]) => [WithNullMapping(_0), input2]);
var WithUndefined = (input) => If(Const("undefined", input), ([_0, input2]) => [WithUndefinedMapping(_0), input2]);
var WithProperty = (input) => If(If(PropertyKey(input), ([_0, input2]) => If(Const(":", input2), ([_1, input3]) => If(WithValue(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [WithPropertyMapping(_0), input2]);
var WithPropertyList_0 = (input, result = []) => If(If(PropertyDelimiter(input), ([_0, input2]) => If(WithProperty(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => WithPropertyList_0(input2, [...result, _0]), () => [result, input]);
var WithPropertyList = (input) => If(If(If(WithProperty(input), ([_0, input2]) => If(WithPropertyList_0(input2), ([_1, input3]) => If(If(PropertyDelimiter(input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [WithPropertyListMapping(_0), input2]);
var WithObject = (input) => If(If(Const("{", input), ([_0, input2]) => If(WithPropertyList(input2), ([_1, input3]) => If(Const("}", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [WithObjectMapping(_0), input2]);
var WithElementList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(WithValue(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => WithElementList_0(input2, [...result, _0]), () => [result, input]);
var WithElementList = (input) => If(If(If(WithValue(input), ([_0, input2]) => If(WithElementList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [WithElementListMapping(_0), input2]);
var WithArray = (input) => If(If(Const("[", input), ([_0, input2]) => If(WithElementList(input2), ([_1, input3]) => If(Const("]", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [WithArrayMapping(_0), input2]);
var WithValue = (input) => If(If(WithBigInt(input), ([_0, input2]) => [_0, input2], () => If(WithNumber(input), ([_0, input2]) => [_0, input2], () => If(WithBoolean(input), ([_0, input2]) => [_0, input2], () => If(WithString(input), ([_0, input2]) => [_0, input2], () => If(WithNull(input), ([_0, input2]) => [_0, input2], () => If(WithUndefined(input), ([_0, input2]) => [_0, input2], () => If(WithObject(input), ([_0, input2]) => [_0, input2], () => If(WithArray(input), ([_0, input2]) => [_0, input2], () => [])))))))), ([_0, input2]) => [WithValueMapping(_0), input2]);
var PatternBigInt = (input) => If(Const("-?(?:0|[1-9][0-9]*)n", input), ([_0, input2]) => [PatternBigIntMapping(_0), input2]);
var PatternString = (input) => If(Const(".*", input), ([_0, input2]) => [PatternStringMapping(_0), input2]);
var PatternNumber = (input) => If(Const("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?", input), ([_0, input2]) => [PatternNumberMapping(_0), input2]);
var PatternInteger = (input) => If(Const("-?(?:0|[1-9][0-9]*)", input), ([_0, input2]) => [PatternIntegerMapping(_0), input2]);
var PatternNever = (input) => If(Const("(?!)", input), ([_0, input2]) => [PatternNeverMapping(_0), input2]);
var PatternText = (input) => If(Until_1(["-?(?:0|[1-9][0-9]*)n", ".*", "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?", "-?(?:0|[1-9][0-9]*)", "(?!)", "(", ")", "$", "|"], input), ([_0, input2]) => [PatternTextMapping(_0), input2]);
var PatternBase = (input) => If(If(PatternBigInt(input), ([_0, input2]) => [_0, input2], () => If(PatternString(input), ([_0, input2]) => [_0, input2], () => If(PatternNumber(input), ([_0, input2]) => [_0, input2], () => If(PatternInteger(input), ([_0, input2]) => [_0, input2], () => If(PatternNever(input), ([_0, input2]) => [_0, input2], () => If(PatternGroup(input), ([_0, input2]) => [_0, input2], () => If(PatternText(input), ([_0, input2]) => [_0, input2], () => []))))))), ([_0, input2]) => [PatternBaseMapping(_0), input2]);
var PatternGroup = (input) => If(If(Const("(", input), ([_0, input2]) => If(PatternBody(input2), ([_1, input3]) => If(Const(")", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [PatternGroupMapping(_0), input2]);
var PatternUnion = (input) => If(If(If(PatternTerm(input), ([_0, input2]) => If(Const("|", input2), ([_1, input3]) => If(PatternUnion(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If(If(PatternTerm(input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => []))), ([_0, input2]) => [PatternUnionMapping(_0), input2]);
var PatternTerm = (input) => If(If(PatternBase(input), ([_0, input2]) => If(PatternBody(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [PatternTermMapping(_0), input2]);
var PatternBody = (input) => If(If(PatternUnion(input), ([_0, input2]) => [_0, input2], () => If(PatternTerm(input), ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [PatternBodyMapping(_0), input2]);
var Pattern = (input) => If(If(Const("^", input), ([_0, input2]) => If(PatternBody(input2), ([_1, input3]) => If(Const("$", input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [PatternMapping(_0), input2]);
var InterfaceDeclarationHeritageList_0 = (input, result = []) => If(If(Const(",", input), ([_0, input2]) => If(Type(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => InterfaceDeclarationHeritageList_0(input2, [...result, _0]), () => [result, input]);
var InterfaceDeclarationHeritageList = (input) => If(If(If(Type(input), ([_0, input2]) => If(InterfaceDeclarationHeritageList_0(input2), ([_1, input3]) => If(If(Const(",", input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [InterfaceDeclarationHeritageListMapping(_0), input2]);
var InterfaceDeclarationHeritage = (input) => If(If(If(Const("extends", input), ([_0, input2]) => If(InterfaceDeclarationHeritageList(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [InterfaceDeclarationHeritageMapping(_0), input2]);
var InterfaceDeclarationGeneric = (input) => If(If(Const("interface", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(GenericParameters(input3), ([_2, input4]) => If(InterfaceDeclarationHeritage(input4), ([_3, input5]) => If(Properties(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [InterfaceDeclarationGenericMapping(_0), input2]);
var InterfaceDeclaration = (input) => If(If(Const("interface", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(InterfaceDeclarationHeritage(input3), ([_2, input4]) => If(Properties(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [InterfaceDeclarationMapping(_0), input2]);
var TypeAliasDeclarationGeneric = (input) => If(If(Const("type", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(GenericParameters(input3), ([_2, input4]) => If(Const("=", input4), ([_3, input5]) => If(Type(input5), ([_4, input6]) => [[_0, _1, _2, _3, _4], input6]))))), ([_0, input2]) => [TypeAliasDeclarationGenericMapping(_0), input2]);
var TypeAliasDeclaration = (input) => If(If(Const("type", input), ([_0, input2]) => If(Ident(input2), ([_1, input3]) => If(Const("=", input3), ([_2, input4]) => If(Type(input4), ([_3, input5]) => [[_0, _1, _2, _3], input5])))), ([_0, input2]) => [TypeAliasDeclarationMapping(_0), input2]);
var ExportKeyword = (input) => If(If(If(Const("export", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ExportKeywordMapping(_0), input2]);
var ModuleDeclarationDelimiter = (input) => If(If(If(Const(";", input), ([_0, input2]) => If(Const("\n", input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [_0, input2], () => If(If(Const(";", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => If(If(Const("\n", input), ([_0, input2]) => [[_0], input2]), ([_0, input2]) => [_0, input2], () => []))), ([_0, input2]) => [ModuleDeclarationDelimiterMapping(_0), input2]);
var ModuleDeclarationList_0 = (input, result = []) => If(If(ModuleDeclarationDelimiter(input), ([_0, input2]) => If(ModuleDeclaration(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => ModuleDeclarationList_0(input2, [...result, _0]), () => [result, input]);
var ModuleDeclarationList = (input) => If(If(If(ModuleDeclaration(input), ([_0, input2]) => If(ModuleDeclarationList_0(input2), ([_1, input3]) => If(If(ModuleDeclarationDelimiter(input3), ([_02, input4]) => [[_02], input4], () => [[], input3]), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [_0, input2], () => If([[], input], ([_0, input2]) => [_0, input2], () => [])), ([_0, input2]) => [ModuleDeclarationListMapping(_0), input2]);
var ModuleDeclaration = (input) => If(If(ExportKeyword(input), ([_0, input2]) => If(If(InterfaceDeclarationGeneric(input2), ([_02, input3]) => [_02, input3], () => If(InterfaceDeclaration(input2), ([_02, input3]) => [_02, input3], () => If(TypeAliasDeclarationGeneric(input2), ([_02, input3]) => [_02, input3], () => If(TypeAliasDeclaration(input2), ([_02, input3]) => [_02, input3], () => [])))), ([_1, input3]) => If(OptionalSemiColon(input3), ([_2, input4]) => [[_0, _1, _2], input4]))), ([_0, input2]) => [ModuleDeclarationMapping(_0), input2]);
var Module = (input) => If(If(ModuleDeclaration(input), ([_0, input2]) => If(ModuleDeclarationList(input2), ([_1, input3]) => [[_0, _1], input3])), ([_0, input2]) => [ModuleMapping(_0), input2]);
var Script = (input) => If(If(Module(input), ([_0, input2]) => [_0, input2], () => If(GenericType(input), ([_0, input2]) => [_0, input2], () => If(Type(input), ([_0, input2]) => [_0, input2], () => []))), ([_0, input2]) => [ScriptMapping(_0), input2]);

// ../../../work/main/node_modules/typebox/build/type/engine/patterns/template.mjs
function ParseTemplateIntoTypes(template) {
  const parsed = TemplateLiteralTypes(`\`${template}\``);
  const result = guard_exports.IsEqual(parsed.length, 2) ? parsed[0] : Unreachable();
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/template_literal/encode.mjs
function JoinString(input) {
  return input.join("|");
}
function UnwrapTemplateLiteralPattern(pattern) {
  return pattern.slice(1, pattern.length - 1);
}
function EncodeLiteral(value, right, pattern) {
  return EncodeTypes(right, `${pattern}${value}`);
}
function EncodeBigInt(right, pattern) {
  return EncodeTypes(right, `${pattern}${BigIntPattern}`);
}
function EncodeInteger(right, pattern) {
  return EncodeTypes(right, `${pattern}${IntegerPattern}`);
}
function EncodeNumber(right, pattern) {
  return EncodeTypes(right, `${pattern}${NumberPattern}`);
}
function EncodeBoolean(right, pattern) {
  return EncodeType(Union([Literal("false"), Literal("true")]), right, pattern);
}
function EncodeString(right, pattern) {
  return EncodeTypes(right, `${pattern}${StringPattern}`);
}
function EncodeTemplateLiteral(templatePattern, right, pattern) {
  return EncodeTypes(right, `${pattern}${UnwrapTemplateLiteralPattern(templatePattern)}`);
}
function EncodeTemplateLiteralDeferred(types, right, pattern) {
  const templateLiteral = TemplateLiteralAction(types, {});
  const result = EncodeType(templateLiteral, right, pattern);
  return result;
}
function EncodeEnum(values, right, pattern) {
  const evaluated = EvaluateEnum(values);
  return EncodeType(evaluated, right, pattern);
}
function EncodeUnion(types, right, pattern, result = []) {
  return guard_exports.ShiftLeft(types, (head, tail) => EncodeUnion(tail, right, pattern, [...result, EncodeType(head, [], "")]), () => EncodeTypes(right, `${pattern}(${JoinString(result)})`));
}
function EncodeType(type, right, pattern) {
  return IsEnum(type) ? EncodeEnum(type.enum, right, pattern) : IsInteger2(type) ? EncodeInteger(right, pattern) : IsLiteral(type) ? EncodeLiteral(type.const, right, pattern) : IsBigInt2(type) ? EncodeBigInt(right, pattern) : IsBoolean2(type) ? EncodeBoolean(right, pattern) : IsNumber2(type) ? EncodeNumber(right, pattern) : IsString2(type) ? EncodeString(right, pattern) : IsTemplateLiteral(type) ? EncodeTemplateLiteral(type.pattern, right, pattern) : IsTemplateLiteralDeferred(type) ? EncodeTemplateLiteralDeferred(type.parameters[0], right, pattern) : IsUnion(type) ? EncodeUnion(type.anyOf, right, pattern) : NeverPattern;
}
function EncodeTypes(types, pattern) {
  return guard_exports.ShiftLeft(types, (left, right) => EncodeType(left, right, pattern), () => pattern);
}
function EncodePattern(types) {
  const encoded = EncodeTypes(types, "");
  const result = `^${encoded}$`;
  return result;
}
function TemplateLiteralEncode(types) {
  const pattern = EncodePattern(types);
  const result = TemplateLiteralCreate(pattern);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/template_literal/instantiate.mjs
function TemplateLiteralAction(types, options) {
  const result = CanInstantiate(types) ? memory_exports.Update(TemplateLiteralEncode(types), {}, options) : TemplateLiteralDeferred(types, options);
  return result;
}
function TemplateLiteralInstantiate(context, state, types, options) {
  const instantiatedTypes = InstantiateTypes(context, state, types);
  return TemplateLiteralAction(instantiatedTypes, options);
}

// ../../../work/main/node_modules/typebox/build/type/types/template_literal.mjs
function TemplateLiteralDeferred(types, options = {}) {
  return Deferred("TemplateLiteral", [types], options);
}
function IsTemplateLiteralDeferred(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "action") && guard_exports.IsEqual(value.action, "TemplateLiteral");
}
function TemplateLiteralFromTypes(types) {
  return TemplateLiteralAction(types, {});
}
function TemplateLiteralFromString(template) {
  const types = ParseTemplateIntoTypes(template);
  return TemplateLiteralFromTypes(types);
}
function TemplateLiteral2(input, options = {}) {
  const type = guard_exports.IsString(input) ? TemplateLiteralFromString(input) : TemplateLiteralFromTypes(input);
  return memory_exports.Update(type, {}, options);
}
function IsTemplateLiteral(value) {
  return IsKind(value, "TemplateLiteral");
}

// ../../../work/main/node_modules/typebox/build/type/extends/result.mjs
var result_exports = {};
__export(result_exports, {
  ExtendsFalse: () => ExtendsFalse,
  ExtendsTrue: () => ExtendsTrue,
  ExtendsUnion: () => ExtendsUnion,
  IsExtendsFalse: () => IsExtendsFalse,
  IsExtendsTrue: () => IsExtendsTrue,
  IsExtendsTrueLike: () => IsExtendsTrueLike,
  IsExtendsUnion: () => IsExtendsUnion,
  Match: () => Match3
});
function ExtendsUnion(inferred) {
  return memory_exports.Create({ ["~kind"]: "ExtendsUnion" }, { inferred });
}
function IsExtendsUnion(value) {
  return guard_exports.IsObject(value) && guard_exports.HasPropertyKey(value, "~kind") && guard_exports.HasPropertyKey(value, "inferred") && guard_exports.IsEqual(value["~kind"], "ExtendsUnion") && guard_exports.IsObject(value.inferred);
}
function ExtendsTrue(inferred) {
  return memory_exports.Create({ ["~kind"]: "ExtendsTrue" }, { inferred });
}
function IsExtendsTrue(value) {
  return guard_exports.IsObject(value) && guard_exports.HasPropertyKey(value, "~kind") && guard_exports.HasPropertyKey(value, "inferred") && guard_exports.IsEqual(value["~kind"], "ExtendsTrue") && guard_exports.IsObject(value.inferred);
}
function ExtendsFalse() {
  return memory_exports.Create({ ["~kind"]: "ExtendsFalse" }, {});
}
function IsExtendsFalse(value) {
  return guard_exports.IsObject(value) && guard_exports.HasPropertyKey(value, "~kind") && guard_exports.IsEqual(value["~kind"], "ExtendsFalse");
}
function IsExtendsTrueLike(value) {
  return IsExtendsUnion(value) || IsExtendsTrue(value);
}
function Match3(result, true_, false_) {
  return IsExtendsTrueLike(result) ? true_(result.inferred) : false_();
}

// ../../../work/main/node_modules/typebox/build/type/extends/extends_right.mjs
function ExtendsRightInfer(inferred, name, left, right) {
  return Match3(ExtendsLeft(inferred, left, right), (checkInferred) => ExtendsTrue(memory_exports.Assign(memory_exports.Assign(inferred, checkInferred), { [name]: left })), () => ExtendsFalse());
}
function ExtendsRightAny(inferred, _left) {
  return ExtendsTrue(inferred);
}
function ExtendsRightDependent(inferred, left, if_, then_, else_) {
  return Match3(ExtendsLeft(inferred, left, if_), (inferred2) => Match3(ExtendsLeft(inferred2, left, then_), (inferred3) => ExtendsTrue(inferred3), () => ExtendsFalse()), () => Match3(ExtendsLeft(inferred, left, else_), (inferred2) => ExtendsTrue(inferred2), () => ExtendsFalse()));
}
function ExtendsRightEnum(inferred, left, right) {
  const evaluated = EvaluateEnum(right);
  return ExtendsLeft(inferred, left, evaluated);
}
function ExtendsRightIntersect(inferred, left, right) {
  return guard_exports.ShiftLeft(right, (head, tail) => Match3(ExtendsLeft(inferred, left, head), (inferred2) => ExtendsRightIntersect(inferred2, left, tail), () => ExtendsFalse()), () => ExtendsTrue(inferred));
}
function ExtendsRightTemplateLiteral(inferred, left, right) {
  const evaluated = EvaluateTemplateLiteral(right);
  return ExtendsLeft(inferred, left, evaluated);
}
function ExtendsRightUnion(inferred, left, right) {
  return guard_exports.ShiftLeft(right, (head, tail) => Match3(ExtendsLeft(inferred, left, head), (inferred2) => ExtendsTrue(inferred2), () => ExtendsRightUnion(inferred, left, tail)), () => ExtendsFalse());
}
function ExtendsRight(inferred, left, right) {
  return IsAny(right) ? ExtendsRightAny(inferred, left) : IsDependent(right) ? ExtendsRightDependent(inferred, left, right.if, right.then, right.else) : IsEnum(right) ? ExtendsRightEnum(inferred, left, right.enum) : IsInfer(right) ? ExtendsRightInfer(inferred, right.name, left, right.extends) : IsIntersect(right) ? ExtendsRightIntersect(inferred, left, right.allOf) : IsTemplateLiteral(right) ? ExtendsRightTemplateLiteral(inferred, left, right.pattern) : IsUnion(right) ? ExtendsRightUnion(inferred, left, right.anyOf) : IsUnknown(right) ? ExtendsTrue(inferred) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/any.mjs
function ExtendsAny(inferred, left, right) {
  return IsInfer(right) ? ExtendsRight(inferred, left, right) : IsAny(right) ? ExtendsTrue(inferred) : IsUnknown(right) ? ExtendsTrue(inferred) : ExtendsUnion(inferred);
}

// ../../../work/main/node_modules/typebox/build/type/extends/array.mjs
function ExtendsImmutable(left, right) {
  const isImmutableLeft = IsImmutable(left);
  const isImmutableRight = IsImmutable(right);
  return isImmutableLeft && isImmutableRight ? true : !isImmutableLeft && isImmutableRight ? true : isImmutableLeft && !isImmutableRight ? false : true;
}
function ExtendsArray(inferred, arrayLeft, left, right) {
  return IsArray2(right) ? ExtendsImmutable(arrayLeft, right) ? ExtendsLeft(inferred, left, right.items) : ExtendsFalse() : ExtendsRight(inferred, arrayLeft, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/bigint.mjs
function ExtendsBigInt(inferred, left, right) {
  return IsBigInt2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/boolean.mjs
function ExtendsBoolean(inferred, left, right) {
  return IsBoolean2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/parameters.mjs
function ParameterCompare(inferred, left, leftRest, right, rightRest) {
  const checkLeft = IsInfer(right) ? left : right;
  const checkRight = IsInfer(right) ? right : left;
  const isLeftOptional = IsOptional(left);
  const isRightOptional = IsOptional(right);
  return !isLeftOptional && isRightOptional ? ExtendsFalse() : Match3(ExtendsLeft(inferred, checkLeft, checkRight), (inferred2) => ExtendsParameters(inferred2, leftRest, rightRest), () => ExtendsFalse());
}
function ParameterRight(inferred, left, leftRest, rightRest) {
  return guard_exports.ShiftLeft(rightRest, (head, tail) => ParameterCompare(inferred, left, leftRest, head, tail), () => IsOptional(left) ? ExtendsTrue(inferred) : ExtendsFalse());
}
function ParametersLeft(inferred, left, rightRest) {
  return guard_exports.ShiftLeft(left, (head, tail) => ParameterRight(inferred, head, tail, rightRest), () => ExtendsTrue(inferred));
}
function ExtendsParameters(inferred, left, right) {
  return ParametersLeft(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/return_type.mjs
function ExtendsReturnType(inferred, left, right) {
  return IsVoid(right) ? ExtendsTrue(inferred) : ExtendsLeft(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/constructor.mjs
function ExtendsConstructor(inferred, parameters, returnType, right) {
  return IsAny(right) ? ExtendsTrue(inferred) : IsUnknown(right) ? ExtendsTrue(inferred) : IsConstructor2(right) ? Match3(ExtendsParameters(inferred, parameters, right["parameters"]), (inferred2) => ExtendsReturnType(inferred2, returnType, right["instanceType"]), () => ExtendsFalse()) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/dependent.mjs
function ExtendsDependent(inferred, if_, then_, else_, right) {
  return Match3(ExtendsLeft(inferred, if_, right), () => ExtendsLeft(inferred, then_, right), () => ExtendsLeft(inferred, else_, right));
}

// ../../../work/main/node_modules/typebox/build/type/extends/enum.mjs
function ExtendsEnum(inferred, left, right) {
  const evaluated = EvaluateEnum(left);
  return ExtendsLeft(inferred, evaluated, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/function.mjs
function ExtendsFunction(inferred, parameters, returnType, right) {
  return IsAny(right) ? ExtendsTrue(inferred) : IsUnknown(right) ? ExtendsTrue(inferred) : IsFunction2(right) ? Match3(ExtendsParameters(inferred, parameters, right["parameters"]), (inferred2) => ExtendsReturnType(inferred2, returnType, right["returnType"]), () => ExtendsFalse()) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/integer.mjs
function ExtendsInteger(inferred, left, right) {
  return IsInteger2(right) ? ExtendsTrue(inferred) : IsNumber2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/intersect.mjs
function ExtendsIntersect(inferred, left, right) {
  const evaluated = EvaluateIntersect(left);
  return ExtendsLeft(inferred, evaluated, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/literal.mjs
function ExtendsLiteralValue(inferred, left, right) {
  return left === right ? ExtendsTrue(inferred) : ExtendsFalse();
}
function ExtendsLiteralBigInt(inferred, left, right) {
  return IsLiteral(right) ? ExtendsLiteralValue(inferred, left, right.const) : IsBigInt2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, Literal(left), right);
}
function ExtendsLiteralBoolean(inferred, left, right) {
  return IsLiteral(right) ? ExtendsLiteralValue(inferred, left, right.const) : IsBoolean2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, Literal(left), right);
}
function ExtendsLiteralNumber(inferred, left, right) {
  return IsLiteral(right) ? ExtendsLiteralValue(inferred, left, right.const) : IsNumber2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, Literal(left), right);
}
function ExtendsLiteralString(inferred, left, right) {
  return IsLiteral(right) ? ExtendsLiteralValue(inferred, left, right.const) : IsString2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, Literal(left), right);
}
function ExtendsLiteral(inferred, left, right) {
  return guard_exports.IsBigInt(left.const) ? ExtendsLiteralBigInt(inferred, left.const, right) : guard_exports.IsBoolean(left.const) ? ExtendsLiteralBoolean(inferred, left.const, right) : guard_exports.IsNumber(left.const) ? ExtendsLiteralNumber(inferred, left.const, right) : guard_exports.IsString(left.const) ? ExtendsLiteralString(inferred, left.const, right) : Unreachable();
}

// ../../../work/main/node_modules/typebox/build/type/extends/never.mjs
function ExtendsNever(inferred, left, right) {
  return IsInfer(right) ? ExtendsRight(inferred, left, right) : ExtendsTrue(inferred);
}

// ../../../work/main/node_modules/typebox/build/type/extends/null.mjs
function ExtendsNull(inferred, left, right) {
  return IsNull2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/number.mjs
function ExtendsNumber(inferred, left, right) {
  return IsNumber2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/object.mjs
function ExtendsPropertyOptional(inferred, left, right) {
  return IsOptional(left) ? IsOptional(right) ? ExtendsTrue(inferred) : ExtendsFalse() : ExtendsTrue(inferred);
}
function ExtendsProperty(inferred, left, right) {
  return (
    // Right TInfer<TNever> is TExtendsFalse
    IsInfer(right) && IsNever(right.extends) ? ExtendsFalse() : Match3(ExtendsLeft(inferred, left, right), (inferred2) => ExtendsPropertyOptional(inferred2, left, right), () => ExtendsFalse())
  );
}
function ExtractInferredProperties(keys, properties) {
  return keys.reduce((result, key2) => {
    return key2 in properties ? IsExtendsTrueLike(properties[key2]) ? { ...result, ...properties[key2].inferred } : Unreachable() : Unreachable();
  }, {});
}
function ExtendsPropertiesComparer(inferred, left, right) {
  const properties = {};
  for (const rightKey of guard_exports.Keys(right)) {
    properties[rightKey] = rightKey in left ? ExtendsProperty({}, left[rightKey], right[rightKey]) : IsOptional(right[rightKey]) ? IsInfer(right[rightKey]) ? ExtendsTrue(memory_exports.Assign(inferred, { [right[rightKey].name]: right[rightKey].extends })) : ExtendsTrue(inferred) : ExtendsFalse();
  }
  const checked = guard_exports.Values(properties).every((result) => IsExtendsTrueLike(result));
  const extracted = checked ? ExtractInferredProperties(guard_exports.Keys(properties), properties) : {};
  return checked ? ExtendsTrue(extracted) : ExtendsFalse();
}
function ExtendsProperties(inferred, left, right) {
  const compared = ExtendsPropertiesComparer(inferred, left, right);
  return IsExtendsTrueLike(compared) ? ExtendsTrue(memory_exports.Assign(inferred, compared.inferred)) : ExtendsFalse();
}
function ExtendsObjectToObject(inferred, left, right) {
  return ExtendsProperties(inferred, left, right);
}
function RecordMergeInferred(left, right) {
  return guard_exports.Keys(right).reduce((result, key2) => {
    return {
      ...result,
      [key2]: guard_exports.HasPropertyKey(left, key2) ? IsUnion(result[key2]) ? Union([...result[key2].anyOf, right[key2]]) : Union([left[key2], right[key2]]) : right[key2]
    };
  }, left);
}
function ExtendsRecordComparer(properties, keys, type, result) {
  return guard_exports.ShiftLeft(keys, (left, right) => Match3(ExtendsLeft({}, properties[left], type), (inferred) => ExtendsRecordComparer(properties, right, type, RecordMergeInferred(result, inferred)), () => ExtendsFalse()), () => ExtendsTrue(result));
}
function ExtendsObjectToRecord(inferred, properties, _pattern, value) {
  const keys = guard_exports.Keys(properties);
  const result = ExtendsRecordComparer(properties, keys, value, inferred);
  return result;
}
function ExtendsObject(inferred, left, right) {
  return IsRecord(right) ? ExtendsObjectToRecord(inferred, left, RecordPattern(right), RecordValue(right)) : IsObject2(right) ? ExtendsObjectToObject(inferred, left, right.properties) : ExtendsRight(inferred, _Object_(left), right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/record.mjs
function FromObject(inferred, properties) {
  return guard_exports.IsEqual(guard_exports.Keys(properties).length, 0) ? ExtendsTrue(inferred) : ExtendsFalse();
}
function FromRecord(inferred, _leftKey, leftValue, _rightKey, rightValue) {
  return ExtendsLeft(inferred, leftValue, rightValue);
}
function ExtendsRecord(inferred, leftPattern, leftValue, right) {
  return IsRecord(right) ? FromRecord(inferred, RecordPatternToType(leftPattern), leftValue, RecordPatternToType(RecordPattern(right)), RecordValue(right)) : IsObject2(right) ? FromObject(inferred, right.properties) : IsAny(right) ? ExtendsTrue(inferred) : IsUnknown(right) ? ExtendsTrue(inferred) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/string.mjs
function ExtendsString(inferred, left, right) {
  return IsString2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/symbol.mjs
function ExtendsSymbol(inferred, left, right) {
  return IsSymbol2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/template_literal.mjs
function ExtendsTemplateLiteral(inferred, left, right) {
  const evaluated = EvaluateTemplateLiteral(left);
  return ExtendsLeft(inferred, evaluated, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/inference.mjs
function Inferrable(name, type) {
  return memory_exports.Create({ "~kind": "Inferrable" }, { name, type }, {});
}
function IsInferable(value) {
  return guard_exports.IsObject(value) && guard_exports.HasPropertyKey(value, "~kind") && guard_exports.HasPropertyKey(value, "name") && guard_exports.HasPropertyKey(value, "type") && guard_exports.IsEqual(value["~kind"], "Inferrable") && guard_exports.IsString(value.name) && guard_exports.IsObject(value.type);
}
function TryRestInferable(type) {
  return IsRest(type) ? IsInfer(type.items) ? IsArray2(type.items.extends) ? Inferrable(type.items.name, type.items.extends.items) : IsUnknown(type.items.extends) ? Inferrable(type.items.name, type.items.extends) : void 0 : Unreachable() : void 0;
}
function TryInferable(type) {
  return IsInfer(type) ? Inferrable(type.name, type.extends) : void 0;
}
function TryInferResults(rest, right) {
  const result = [];
  for (const head of rest) {
    if (!IsExtendsTrueLike(ExtendsLeft({}, head, right)))
      return void 0;
    result.push(head);
  }
  return result;
}
function InferTupleResult(inferred, name, left, right) {
  const results = TryInferResults(left, right);
  return guard_exports.IsArray(results) ? ExtendsTrue(memory_exports.Assign(inferred, { [name]: Tuple(results) })) : ExtendsFalse();
}
function InferUnionResult(inferred, name, left, right) {
  const results = TryInferResults(left, right);
  return guard_exports.IsArray(results) ? ExtendsTrue(memory_exports.Assign(inferred, { [name]: Union(results) })) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/tuple.mjs
function Reverse(types) {
  return [...types].reverse();
}
function ApplyReverse(types, reversed) {
  return reversed ? Reverse(types) : types;
}
function Reversed(types) {
  const first = types.length > 0 ? types[0] : void 0;
  const inferrable = IsSchema(first) ? TryRestInferable(first) : void 0;
  return IsSchema(inferrable);
}
function ElementsCompare(inferred, reversed, left, leftRest, right, rightRest) {
  return Match3(ExtendsLeft(inferred, left, right), (checkInferred) => Elements(checkInferred, reversed, leftRest, rightRest), () => ExtendsFalse());
}
function ElementsLeft(inferred, reversed, leftRest, right, rightRest) {
  const inferable = TryRestInferable(right);
  return (
    // Rest Inferrable Right Means we delegate to TInferTupleResult to Generate a Result
    IsInferable(inferable) ? InferTupleResult(inferred, inferable["name"], ApplyReverse(leftRest, reversed), inferable["type"]) : guard_exports.ShiftLeft(leftRest, (head, tail) => ElementsCompare(inferred, reversed, head, tail, right, rightRest), () => ExtendsFalse())
  );
}
function ElementsRight(inferred, reversed, leftRest, rightRest) {
  return guard_exports.ShiftLeft(rightRest, (head, tail) => ElementsLeft(inferred, reversed, leftRest, head, tail), () => guard_exports.IsEqual(leftRest.length, 0) ? ExtendsTrue(inferred) : ExtendsFalse());
}
function Elements(inferred, reversed, leftRest, rightRest) {
  return ElementsRight(inferred, reversed, leftRest, rightRest);
}
function ExtendsTupleToTuple(inferred, left, right) {
  const instantiatedRight = InstantiateElements(inferred, State([], []), right);
  const reversed = Reversed(instantiatedRight);
  return Elements(inferred, reversed, ApplyReverse(left, reversed), ApplyReverse(instantiatedRight, reversed));
}
function ExtendsTupleToArrayReduce(inferred, left, right) {
  for (const head of left) {
    const result = ExtendsLeft(inferred, head, right);
    if (!IsExtendsTrueLike(result))
      return result;
    inferred = result.inferred;
  }
  return ExtendsTrue(inferred);
}
function ExtendsTupleToArray(inferred, left, right) {
  const inferrable = TryInferable(right);
  return IsInferable(inferrable) ? InferUnionResult(inferred, inferrable["name"], left, inferrable["type"]) : ExtendsTupleToArrayReduce(inferred, left, right);
}
function ExtendsTuple(inferred, left, right) {
  const instantiatedLeft = InstantiateElements(inferred, State([], []), left);
  return IsTuple(right) ? ExtendsTupleToTuple(inferred, instantiatedLeft, right.items) : IsArray2(right) ? ExtendsTupleToArray(inferred, instantiatedLeft, right.items) : ExtendsRight(inferred, Tuple(instantiatedLeft), right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/undefined.mjs
function ExtendsUndefined(inferred, left, right) {
  return IsVoid(right) ? ExtendsTrue(inferred) : IsUndefined2(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/union.mjs
function ExtendsUnionSome(inferred, type, unionTypes) {
  return guard_exports.ShiftLeft(unionTypes, (head, tail) => Match3(ExtendsLeft(inferred, type, head), (inferred2) => ExtendsTrue(inferred2), () => ExtendsUnionSome(inferred, type, tail)), () => ExtendsFalse());
}
function ExtendsUnionLeft(inferred, left, right) {
  return guard_exports.ShiftLeft(left, (head, tail) => Match3(ExtendsUnionSome(inferred, head, right), (inferred2) => ExtendsUnionLeft(inferred2, tail, right), () => ExtendsFalse()), () => ExtendsTrue(inferred));
}
function ExtendsUnion2(inferred, left, right) {
  const inferrable = TryInferable(right);
  return IsInferable(inferrable) ? InferUnionResult(inferred, inferrable.name, left, inferrable.type) : IsUnion(right) ? ExtendsUnionLeft(inferred, left, right.anyOf) : ExtendsUnionLeft(inferred, left, [right]);
}

// ../../../work/main/node_modules/typebox/build/type/extends/unknown.mjs
function ExtendsUnknown(inferred, left, right) {
  return IsInfer(right) ? ExtendsRight(inferred, left, right) : IsAny(right) ? ExtendsTrue(inferred) : IsUnknown(right) ? ExtendsTrue(inferred) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/extends/void.mjs
function ExtendsVoid(inferred, left, right) {
  return IsVoid(right) ? ExtendsTrue(inferred) : ExtendsRight(inferred, left, right);
}

// ../../../work/main/node_modules/typebox/build/type/extends/extends_left.mjs
function ExtendsLeft(inferred, left, right) {
  return IsAny(left) ? ExtendsAny(inferred, left, right) : IsArray2(left) ? ExtendsArray(inferred, left, left.items, right) : IsBigInt2(left) ? ExtendsBigInt(inferred, left, right) : IsBoolean2(left) ? ExtendsBoolean(inferred, left, right) : IsConstructor2(left) ? ExtendsConstructor(inferred, left.parameters, left.instanceType, right) : IsDependent(left) ? ExtendsDependent(inferred, left.if, left.then, left.else, right) : IsEnum(left) ? ExtendsEnum(inferred, left.enum, right) : IsFunction2(left) ? ExtendsFunction(inferred, left.parameters, left.returnType, right) : IsInteger2(left) ? ExtendsInteger(inferred, left, right) : IsIntersect(left) ? ExtendsIntersect(inferred, left.allOf, right) : IsLiteral(left) ? ExtendsLiteral(inferred, left, right) : IsNever(left) ? ExtendsNever(inferred, left, right) : IsNull2(left) ? ExtendsNull(inferred, left, right) : IsNumber2(left) ? ExtendsNumber(inferred, left, right) : IsObject2(left) ? ExtendsObject(inferred, left.properties, right) : IsRecord(left) ? ExtendsRecord(inferred, RecordPattern(left), RecordValue(left), right) : IsString2(left) ? ExtendsString(inferred, left, right) : IsSymbol2(left) ? ExtendsSymbol(inferred, left, right) : IsTemplateLiteral(left) ? ExtendsTemplateLiteral(inferred, left.pattern, right) : IsTuple(left) ? ExtendsTuple(inferred, left.items, right) : IsUndefined2(left) ? ExtendsUndefined(inferred, left, right) : IsUnion(left) ? ExtendsUnion2(inferred, left.anyOf, right) : IsUnknown(left) ? ExtendsUnknown(inferred, left, right) : IsVoid(left) ? ExtendsVoid(inferred, left, right) : ExtendsFalse();
}

// ../../../work/main/node_modules/typebox/build/type/engine/interface/instantiate.mjs
function InterfaceOperation(heritage, properties) {
  const result = EvaluateIntersect([...heritage, _Object_(properties)]);
  return result;
}
function InterfaceAction(heritage, properties, options) {
  const result = CanInstantiate(heritage) ? memory_exports.Update(InterfaceOperation(heritage, properties), {}, options) : InterfaceDeferred(heritage, properties, options);
  return result;
}
function InterfaceInstantiate(context, state, heritage, properties, options) {
  const instantiatedHeritage = InstantiateTypes(context, state, heritage);
  const instantiatedProperties = InstantiateProperties(context, state, properties);
  return InterfaceAction(instantiatedHeritage, instantiatedProperties, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/interface.mjs
function InterfaceDeferred(heritage, properties, options = {}) {
  return Deferred("Interface", [heritage, properties], options);
}
function IsInterfaceDeferred(value) {
  return IsSchema(value) && guard_exports.HasPropertyKey(value, "action") && guard_exports.IsEqual(value.action, "Interface");
}
function Interface(heritage, properties, options = {}) {
  return InterfaceAction(heritage, properties, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/check.mjs
function FromRef(stack, context, ref) {
  return stack.includes(ref) ? true : FromType3([...stack, ref], context, context[ref]);
}
function FromProperties(stack, context, properties) {
  const types = PropertyValues(properties);
  return FromTypes2(stack, context, types);
}
function FromTypes2(stack, context, types) {
  return guard_exports.ShiftLeft(types, (left, right) => FromType3(stack, context, left) ? true : FromTypes2(stack, context, right), () => false);
}
function FromType3(stack, context, type) {
  return IsRef(type) ? FromRef(stack, context, type.$ref) : IsArray2(type) ? FromType3(stack, context, type.items) : IsConstructor2(type) ? FromTypes2(stack, context, [...type.parameters, type.instanceType]) : IsFunction2(type) ? FromTypes2(stack, context, [...type.parameters, type.returnType]) : IsInterfaceDeferred(type) ? FromProperties(stack, context, type.parameters[1]) : IsIntersect(type) ? FromTypes2(stack, context, type.allOf) : IsObject2(type) ? FromProperties(stack, context, type.properties) : IsUnion(type) ? FromTypes2(stack, context, type.anyOf) : IsTuple(type) ? FromTypes2(stack, context, type.items) : IsRecord(type) ? FromType3(stack, context, RecordValue(type)) : false;
}
function CyclicCheck(stack, context, type) {
  const result = FromType3(stack, context, type);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/candidates.mjs
function ResolveCandidateKeys(context, keys) {
  return keys.reduce((result, left) => {
    return CyclicCheck([left], context, context[left]) ? [...result, left] : result;
  }, []);
}
function CyclicCandidates(context) {
  const keys = PropertyKeys(context);
  const result = ResolveCandidateKeys(context, keys);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/dependencies.mjs
function FromRef2(context, ref, result) {
  return result.includes(ref) ? result : ref in context ? FromType4(context, context[ref], [...result, ref]) : Unreachable();
}
function FromProperties2(context, properties, result) {
  const types = PropertyValues(properties);
  return FromTypes3(context, types, result);
}
function FromTypes3(context, types, result) {
  return types.reduce((result2, left) => {
    return FromType4(context, left, result2);
  }, result);
}
function FromType4(context, type, result) {
  return IsRef(type) ? FromRef2(context, type.$ref, result) : IsArray2(type) ? FromType4(context, type.items, result) : IsConstructor2(type) ? FromTypes3(context, [...type.parameters, type.instanceType], result) : IsFunction2(type) ? FromTypes3(context, [...type.parameters, type.returnType], result) : IsInterfaceDeferred(type) ? FromProperties2(context, type.parameters[1], result) : IsIntersect(type) ? FromTypes3(context, type.allOf, result) : IsObject2(type) ? FromProperties2(context, type.properties, result) : IsUnion(type) ? FromTypes3(context, type.anyOf, result) : IsTuple(type) ? FromTypes3(context, type.items, result) : IsRecord(type) ? FromType4(context, RecordValue(type), result) : result;
}
function CyclicDependencies(context, key2, type) {
  const result = FromType4(context, type, [key2]);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/extends.mjs
function FromRef3(_ref) {
  return Any();
}
function FromProperties3(properties) {
  return guard_exports.Keys(properties).reduce((result, key2) => {
    return { ...result, [key2]: FromType5(properties[key2]) };
  }, {});
}
function FromTypes4(types) {
  return types.reduce((result, left) => {
    return [...result, FromType5(left)];
  }, []);
}
function FromType5(type) {
  return IsRef(type) ? FromRef3(type.$ref) : IsArray2(type) ? _Array_(FromType5(type.items), ArrayOptions(type)) : IsConstructor2(type) ? Constructor(FromTypes4(type.parameters), FromType5(type.instanceType)) : IsFunction2(type) ? _Function_(FromTypes4(type.parameters), FromType5(type.returnType)) : IsIntersect(type) ? Intersect(FromTypes4(type.allOf)) : IsObject2(type) ? _Object_(FromProperties3(type.properties)) : IsRecord(type) ? Record(RecordKey(type), FromType5(RecordValue(type))) : IsUnion(type) ? Union(FromTypes4(type.anyOf)) : IsTuple(type) ? Tuple(FromTypes4(type.items)) : type;
}
function CyclicAnyFromParameters(defs, ref) {
  return ref in defs ? FromType5(defs[ref]) : Unknown();
}
function CyclicExtends(type) {
  return CyclicAnyFromParameters(type.$defs, type.$ref);
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/instantiate.mjs
function CyclicInterface(context, heritage, properties) {
  const instantiatedHeritage = InstantiateTypes(context, State([], []), heritage);
  const instantiatedProperties = InstantiateProperties({}, State([], []), properties);
  const evaluatedInterface = EvaluateIntersect([...instantiatedHeritage, _Object_(instantiatedProperties)]);
  return evaluatedInterface;
}
function CyclicDefinitions(context, dependencies) {
  const keys = guard_exports.Keys(context).filter((key2) => dependencies.includes(key2));
  return keys.reduce((result, key2) => {
    const type = context[key2];
    const instantiatedType = IsInterfaceDeferred(type) ? CyclicInterface(context, type.parameters[0], type.parameters[1]) : type;
    return { ...result, [key2]: instantiatedType };
  }, {});
}
function InstantiateCyclic(context, ref, type) {
  const dependencies = CyclicDependencies(context, ref, type);
  const definitions = CyclicDefinitions(context, dependencies);
  const result = Cyclic(definitions, ref);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/cyclic/target.mjs
function Resolve(defs, ref) {
  return ref in defs ? IsRef(defs[ref]) ? Resolve(defs, defs[ref].$ref) : defs[ref] : Never();
}
function CyclicTarget(defs, ref) {
  const result = Resolve(defs, ref);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/extends/extends.mjs
function Canonical(type) {
  return IsCyclic(type) ? CyclicExtends(type) : IsUnsafe(type) ? Unknown() : type;
}
function Extends(inferred, left, right) {
  const canonicalLeft = Canonical(left);
  const canonicalRight = Canonical(right);
  return ExtendsLeft(inferred, canonicalLeft, canonicalRight);
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/compare.mjs
var CompareResultEqual = 0;
var CompareResultDisjoint = 1;
var CompareResultLeftInside = 2;
var CompareResultRightInside = 3;
function Compare(left, right) {
  const extendsCheck = [Extends({}, left, right), Extends({}, right, left)];
  return result_exports.IsExtendsTrueLike(extendsCheck[0]) && result_exports.IsExtendsTrueLike(extendsCheck[1]) ? CompareResultEqual : result_exports.IsExtendsTrueLike(extendsCheck[0]) && result_exports.IsExtendsFalse(extendsCheck[1]) ? CompareResultLeftInside : result_exports.IsExtendsFalse(extendsCheck[0]) && result_exports.IsExtendsTrueLike(extendsCheck[1]) ? CompareResultRightInside : CompareResultDisjoint;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/broaden.mjs
function BroadenFilter(type, types, result = [], all = types) {
  return guard_exports.ShiftLeft(types, (left, right) => {
    const compare = Compare(type, left);
    return guard_exports.IsEqual(compare, CompareResultLeftInside) || guard_exports.IsEqual(compare, CompareResultEqual) ? all : guard_exports.IsEqual(compare, CompareResultDisjoint) ? BroadenFilter(type, right, [...result, left], all) : BroadenFilter(type, right, result, all);
  }, () => [...result, type]);
}
function BroadenType(type, types, result) {
  const evaluated = EvaluateType(type);
  return IsAny(evaluated) ? [evaluated] : (
    // terminate (always the most broad)
    IsUnknown(evaluated) ? [evaluated] : (
      // terminate (always the most broad)
      IsNever(evaluated) ? BroadenTypes(types, result) : (
        // ignored: never is dropped
        IsObject2(evaluated) ? BroadenTypes(types, [...result, evaluated]) : (
          // objects are always considered (too expensive to compare)
          BroadenTypes(types, BroadenFilter(evaluated, result))
        )
      )
    )
  );
}
function BroadenTypes(types, result = []) {
  return guard_exports.ShiftLeft(types, (left, right) => BroadenType(left, right, result), () => result);
}
function Broaden(types) {
  const broadened = BroadenTypes(types);
  const flattened = Flatten(broadened);
  return flattened;
}

// ../../../work/main/node_modules/typebox/build/type/engine/evaluate/instantiate.mjs
function EvaluateAction(type, options) {
  const result = memory_exports.Update(EvaluateType(type), {}, options);
  return result;
}
function EvaluateInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return EvaluateAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/call/distribute_arguments.mjs
function CollectDistributionNames(expression, result = []) {
  return (
    // Conditional
    IsDeferred(expression) && guard_exports.IsEqual(expression.action, "Conditional") ? IsRef(expression.parameters[0]) ? CollectDistributionNames(expression.parameters[2], CollectDistributionNames(expression.parameters[3], [...result, expression.parameters[0]["$ref"]])) : CollectDistributionNames(expression.parameters[2], CollectDistributionNames(expression.parameters[3], result)) : IsDeferred(expression) && guard_exports.IsEqual(expression.action, "Mapped") ? IsDeferred(expression.parameters[1]) && guard_exports.IsEqual(expression.parameters[1].action, "KeyOf") && IsRef(expression.parameters[1].parameters[0]) ? [...result, expression.parameters[1].parameters[0]["$ref"]] : result : result
  );
}
function BuildDistributionArray(parameters, names) {
  return parameters.reduce((result, left) => [...result, names.includes(left.name)], []);
}
function ZipDistributionArray(arguments_, distributionArray, result = []) {
  return guard_exports.ShiftLeft(arguments_, (argumentLeft, argumentRight) => guard_exports.ShiftLeft(distributionArray, (booleanLeft, booleanRight) => ZipDistributionArray(argumentRight, booleanRight, [...result, [booleanLeft, argumentLeft]]), () => result), () => result);
}
function CanonicalArgument(type) {
  return IsTemplateLiteral(type) ? EvaluateTemplateLiteral(type.pattern) : IsEnum(type) ? EvaluateEnum(type.enum) : type;
}
function Expand(type) {
  const canonicalArgument = CanonicalArgument(type);
  return IsUnion(canonicalArgument) ? [...canonicalArgument.anyOf] : [canonicalArgument];
}
function Append(current, type) {
  return current.reduce((result, left) => [...result, [...left, type]], []);
}
function Cross(current, variants) {
  return variants.reduce((result, left) => {
    return [...result, ...Append(current, left)];
  }, []);
}
function Distribute2(zipped) {
  return zipped.reduce((result, left) => {
    return guard_exports.IsEqual(left[0], true) ? Cross(result, Expand(left[1])) : Cross(result, [left[1]]);
  }, [[]]);
}
function DistributeArguments(parameters, arguments_, expression) {
  const distributionNames = CollectDistributionNames(expression);
  const distributionArray = BuildDistributionArray(parameters, distributionNames);
  const zippedArguments = ZipDistributionArray(arguments_, distributionArray);
  return IsDeferred(expression) && guard_exports.IsEqual(expression.action, "Conditional") ? Distribute2(zippedArguments) : IsDeferred(expression) && guard_exports.IsEqual(expression.action, "Mapped") ? Distribute2(zippedArguments) : [arguments_];
}

// ../../../work/main/node_modules/typebox/build/type/engine/call/resolve_target.mjs
function FromNotResolvable() {
  return ["(not-resolvable)", Never()];
}
function FromNotGeneric() {
  return ["(not-generic)", Never()];
}
function FromGeneric(name, parameters, expression) {
  return [name, Generic(parameters, expression)];
}
function FromRef4(context, ref, arguments_) {
  return ref in context ? FromType6(context, ref, context[ref], arguments_) : FromNotResolvable();
}
function FromType6(context, name, target, arguments_) {
  return IsGeneric(target) ? FromGeneric(name, target.parameters, target.expression) : IsRef(target) ? FromRef4(context, target.$ref, arguments_) : FromNotGeneric();
}
function ResolveTarget(context, target, arguments_) {
  return FromType6(context, "(anonymous)", target, arguments_);
}

// ../../../work/main/node_modules/typebox/build/type/engine/call/resolve_arguments.mjs
function AssertArgumentExtends(name, type, extends_) {
  if (IsInfer(type) || IsCall(type) || result_exports.IsExtendsTrueLike(Extends({}, type, extends_)))
    return;
  const cause = { parameter: name, expect: extends_, actual: type };
  throw new Error(`Argument for parameter ${name} does not satisfy constraint`, { cause });
}
function BindArgument(context, state, name, extends_, type) {
  const instantiatedArgument = InstantiateType(context, state, type);
  AssertArgumentExtends(name, instantiatedArgument, extends_);
  return memory_exports.Assign(context, { [name]: instantiatedArgument });
}
function BindArguments(context, state, parameterLeft, parameterRight, arguments_) {
  const instantiatedExtends = InstantiateType(context, state, parameterLeft.extends);
  const instantiatedEquals = InstantiateType(context, state, parameterLeft.equals);
  return guard_exports.ShiftLeft(arguments_, (left, right) => BindParameters(BindArgument(context, state, parameterLeft["name"], instantiatedExtends, left), state, parameterRight, right), () => BindParameters(BindArgument(context, state, parameterLeft["name"], instantiatedExtends, instantiatedEquals), state, parameterRight, []));
}
function BindParameters(context, state, parameters, arguments_) {
  return guard_exports.ShiftLeft(parameters, (left, right) => BindArguments(context, state, left, right, arguments_), () => context);
}
function ResolveArgumentsContext(context, state, parameters, arguments_) {
  return BindParameters(context, state, parameters, arguments_);
}

// ../../../work/main/node_modules/typebox/build/type/engine/call/instantiate.mjs
var instantiationDepth = 0;
var instantiationCount = 0;
function InstantiationAssert() {
  if (guard_exports.IsLessThan(instantiationCount, settings_exports.Get().maxInstantiationCount))
    return;
  throw Error("Type instantiation is excessively deep and possibly infinite");
}
function InstantiationIncrement() {
  InstantiationAssert();
  instantiationCount++;
  instantiationDepth++;
}
function InstantiationDecrement() {
  instantiationDepth--;
  if (guard_exports.IsEqual(instantiationDepth, 0))
    instantiationCount = 0;
}
function Peek(state) {
  const result = guard_exports.IsGreaterThan(state.callstack.length, 0) ? state.callstack[state.callstack.length - 1] : "";
  return result;
}
function IsTailCall(state, name) {
  const result = guard_exports.IsEqual(Peek(state), name);
  return result;
}
function CallDispatch(context, state, target, parameters, expression, arguments_) {
  InstantiationIncrement();
  try {
    const argumentsContext = ResolveArgumentsContext(context, state, parameters, arguments_);
    const returnType = InstantiateType(argumentsContext, State([...state["callstack"], target["$ref"]], state["visited"]), expression);
    return InstantiateType(argumentsContext, State([], []), returnType);
  } finally {
    InstantiationDecrement();
  }
}
function CallDistributed(context, state, target, parameters, expression, distributedArguments) {
  return distributedArguments.reduce((result, arguments_) => {
    const returnType = CallDispatch(context, state, target, parameters, expression, arguments_);
    return [...result, returnType];
  }, []);
}
function CallImmediate(context, state, target, parameters, expression, arguments_) {
  const distributedArguments = DistributeArguments(parameters, arguments_, expression);
  const returnTypes = CallDistributed(context, state, target, parameters, expression, distributedArguments);
  const result = guard_exports.IsEqual(returnTypes.length, 1) ? returnTypes[0] : EvaluateUnion(returnTypes);
  return result;
}
function CallInstantiate(context, state, target, arguments_) {
  const instantiatedArguments = InstantiateTypes(context, state, arguments_);
  const resolved = ResolveTarget(context, target, arguments_);
  const name = resolved[0];
  const type = resolved[1];
  const result = IsGeneric(type) ? IsTailCall(state, name) ? CallConstruct(Ref(name), instantiatedArguments) : CallImmediate(context, state, Ref(name), type.parameters, type.expression, instantiatedArguments) : CallConstruct(target, instantiatedArguments);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/types/call.mjs
function CallConstruct(target, arguments_) {
  return memory_exports.Create({ ["~kind"]: "Call" }, { type: "call", target, arguments: arguments_ }, {});
}
function Call(target, arguments_) {
  return CallInstantiate({}, State([], []), target, arguments_);
}
function IsCall(value) {
  return IsKind(value, "Call");
}

// ../../../work/main/node_modules/typebox/build/type/engine/immutable/instantiate_remove.mjs
function RemoveImmutableOperation(type) {
  return memory_exports.Discard(type, ["~immutable"]);
}
function RemoveImmutableAction(type, options) {
  const result = memory_exports.Update(RemoveImmutableOperation(type), {}, options);
  return result;
}
function RemoveImmutableInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return RemoveImmutableAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/mapping.mjs
function ApplyMapping(mapping, value) {
  return mapping(value);
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/from_literal.mjs
function FromLiteral3(mapping, value) {
  return guard_exports.IsString(value) ? Literal(ApplyMapping(mapping, value)) : Literal(value);
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/from_template_literal.mjs
function FromTemplateLiteral(mapping, pattern) {
  const evaluated = EvaluateTemplateLiteral(pattern);
  const result = FromType7(mapping, evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/from_union.mjs
function FromUnion2(mapping, types) {
  const result = types.map((type) => FromType7(mapping, type));
  return Union(result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/from_type.mjs
function FromType7(mapping, type) {
  return IsLiteral(type) ? FromLiteral3(mapping, type.const) : IsTemplateLiteral(type) ? FromTemplateLiteral(mapping, type.pattern) : IsUnion(type) ? FromUnion2(mapping, type.anyOf) : type;
}

// ../../../work/main/node_modules/typebox/build/type/action/capitalize.mjs
function CapitalizeDeferred(type, options = {}) {
  return Deferred("Capitalize", [type], options);
}
function Capitalize(type, options = {}) {
  return CapitalizeAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/lowercase.mjs
function LowercaseDeferred(type, options = {}) {
  return Deferred("Lowercase", [type], options);
}
function Lowercase(type, options = {}) {
  return LowercaseAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/uncapitalize.mjs
function UncapitalizeDeferred(type, options = {}) {
  return Deferred("Uncapitalize", [type], options);
}
function Uncapitalize(type, options = {}) {
  return UncapitalizeAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/uppercase.mjs
function UppercaseDeferred(type, options = {}) {
  return Deferred("Uppercase", [type], options);
}
function Uppercase(type, options = {}) {
  return UppercaseAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/intrinsics/instantiate.mjs
var CapitalizeMapping = (input) => input[0].toUpperCase() + input.slice(1);
var LowercaseMapping = (input) => input.toLowerCase();
var UncapitalizeMapping = (input) => input[0].toLowerCase() + input.slice(1);
var UppercaseMapping = (input) => input.toUpperCase();
function CapitalizeAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType7(CapitalizeMapping, type), {}, options) : CapitalizeDeferred(type, options);
  return result;
}
function LowercaseAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType7(LowercaseMapping, type), {}, options) : LowercaseDeferred(type, options);
  return result;
}
function UncapitalizeAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType7(UncapitalizeMapping, type), {}, options) : UncapitalizeDeferred(type, options);
  return result;
}
function UppercaseAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType7(UppercaseMapping, type), {}, options) : UppercaseDeferred(type, options);
  return result;
}
function CapitalizeInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return CapitalizeAction(instantiatedType, options);
}
function LowercaseInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return LowercaseAction(instantiatedType, options);
}
function UncapitalizeInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return UncapitalizeAction(instantiatedType, options);
}
function UppercaseInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return UppercaseAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/conditional.mjs
function ConditionalDeferred(left, right, true_, false_, options = {}) {
  return Deferred("Conditional", [left, right, true_, false_], options);
}
function Conditional(left, right, true_, false_, options = {}) {
  return ConditionalAction({}, State([], []), left, right, true_, false_, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/conditional/instantiate.mjs
function ConditionalOperation(context, state, left, right, true_, false_) {
  const extendsResult = Extends(context, left, right);
  return result_exports.IsExtendsUnion(extendsResult) ? Union([InstantiateType(extendsResult.inferred, state, true_), InstantiateType(context, state, false_)]) : result_exports.IsExtendsTrue(extendsResult) ? InstantiateType(extendsResult.inferred, state, true_) : InstantiateType(context, state, false_);
}
function ConditionalAction(context, state, left, right, true_, false_, options) {
  const result = CanInstantiate([left, right]) ? memory_exports.Update(ConditionalOperation(context, state, left, right, true_, false_), {}, options) : ConditionalDeferred(left, right, true_, false_, options);
  return result;
}
function ConditionalInstantiate(context, state, left, right, true_, false_, options) {
  const instantiatedLeft = InstantiateType(context, state, left);
  const instantiatedRight = InstantiateType(context, state, right);
  return ConditionalAction(context, state, instantiatedLeft, instantiatedRight, true_, false_, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/constructor_parameters.mjs
function ConstructorParametersDeferred(type, options = {}) {
  return Deferred("ConstructorParameters", [type], options);
}
function ConstructorParameters(type, options = {}) {
  return ConstructorParametersAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/constructor_parameters/instantiate.mjs
function ConstructorParametersOperation(type) {
  const parameters = IsConstructor2(type) ? type["parameters"] : [];
  const instantiatedParameters = InstantiateElements({}, State([], []), parameters);
  const result = Tuple(instantiatedParameters);
  return result;
}
function ConstructorParametersAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(ConstructorParametersOperation(type), {}, options) : ConstructorParametersDeferred(type, options);
  return result;
}
function ConstructorParametersInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return ConstructorParametersAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/exclude.mjs
function ExcludeDeferred(left, right, options = {}) {
  return Deferred("Exclude", [left, right], options);
}
function Exclude(left, right, options = {}) {
  return ExcludeAction(left, right, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/exclude/instantiate.mjs
function ExcludeAction(left, right, options) {
  const result = CanInstantiate([left, right]) ? memory_exports.Update(ExcludeOperation(left, right), {}, options) : ExcludeDeferred(left, right, options);
  return result;
}
function ExcludeInstantiate(context, state, left, right, options) {
  const instantiatedLeft = InstantiateType(context, state, left);
  const instantiatedRight = InstantiateType(context, state, right);
  return ExcludeAction(instantiatedLeft, instantiatedRight, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/extract.mjs
function ExtractDeferred(left, right, options = {}) {
  return Deferred("Extract", [left, right], options);
}
function Extract(left, right, options = {}) {
  return ExtractAction(left, right, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/extract/operation.mjs
function ExtractType(left, right) {
  const check = Extends({}, left, right);
  const result = result_exports.IsExtendsTrueLike(check) ? [left] : [];
  return result;
}
function ExtractUnion(left, right, result = []) {
  return guard_exports.ShiftLeft(left, (head, tail) => ExtractUnion(tail, right, [...result, ...ExtractType(head, right)]), () => result);
}
function ExtractOperation(left, right) {
  const evaluated = EvaluateType(left);
  const canonical = IsUnion(evaluated) ? evaluated.anyOf : [evaluated];
  const remaining = ExtractUnion(canonical, right);
  const result = EvaluateUnion(remaining);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/extract/instantiate.mjs
function ExtractAction(left, right, options) {
  const result = CanInstantiate([left, right]) ? memory_exports.Update(ExtractOperation(left, right), {}, options) : ExtractDeferred(left, right, options);
  return result;
}
function ExtractInstantiate(context, state, left, right, options) {
  const instantiatedLeft = InstantiateType(context, state, left);
  const instantiatedRight = InstantiateType(context, state, right);
  return ExtractAction(instantiatedLeft, instantiatedRight, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/helpers/keys_to_indexer.mjs
function KeysToLiterals(keys) {
  return keys.reduce((result, left) => {
    return IsLiteralValue(left) ? [...result, Literal(left)] : result;
  }, []);
}
function KeysToIndexer(keys) {
  const literals = KeysToLiterals(keys);
  const result = Union(literals);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/action/indexed.mjs
function IndexDeferred(type, indexer, options = {}) {
  return Deferred("Index", [type, indexer], options);
}
function Index(type, indexer_or_keys, options = {}) {
  const indexer = guard_exports.IsArray(indexer_or_keys) ? KeysToIndexer(indexer_or_keys) : indexer_or_keys;
  return IndexAction(type, indexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_cyclic.mjs
function FromCyclic(defs, ref) {
  const target = CyclicTarget(defs, ref);
  const result = FromType8(target);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_dependent.mjs
function FromDependent(if_, then_, else_) {
  const evaluated = EvaluateDependent(if_, then_, else_);
  const result = FromType8(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_intersect.mjs
function CollapseIntersectProperties(left, right) {
  const leftKeys = guard_exports.Keys(left).filter((key2) => !guard_exports.HasPropertyKey(right, key2));
  const rightKeys = guard_exports.Keys(right).filter((key2) => !guard_exports.HasPropertyKey(left, key2));
  const sharedKeys = guard_exports.Keys(left).filter((key2) => guard_exports.HasPropertyKey(right, key2));
  const leftProperties = leftKeys.reduce((result, key2) => ({ ...result, [key2]: left[key2] }), {});
  const rightProperties = rightKeys.reduce((result, key2) => ({ ...result, [key2]: right[key2] }), {});
  const sharedProperties = sharedKeys.reduce((result, key2) => ({ ...result, [key2]: EvaluatePropertyIntersect(left[key2], right[key2]) }), {});
  const unique = memory_exports.Assign(leftProperties, rightProperties);
  const shared = memory_exports.Assign(unique, sharedProperties);
  return shared;
}
function FromIntersect(types) {
  return types.reduce((result, left) => {
    return CollapseIntersectProperties(result, FromType8(left));
  }, {});
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_object.mjs
function FromObject2(properties) {
  return properties;
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_tuple.mjs
function FromTuple(types) {
  const object = TupleToObject(Tuple(types));
  const result = FromType8(object);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_union.mjs
function CollapseUnionProperties(left, right) {
  const sharedKeys = guard_exports.Keys(left).filter((key2) => key2 in right);
  const result = sharedKeys.reduce((result2, key2) => {
    return { ...result2, [key2]: EvaluatePropertyUnion(left[key2], right[key2]) };
  }, {});
  return result;
}
function ReduceVariants(types, result) {
  return guard_exports.ShiftLeft(types, (left, right) => ReduceVariants(right, CollapseUnionProperties(result, FromType8(left))), () => result);
}
function FromUnion3(types) {
  return guard_exports.ShiftLeft(types, (left, right) => ReduceVariants(right, FromType8(left)), () => Unreachable());
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/from_type.mjs
function FromType8(type) {
  return IsCyclic(type) ? FromCyclic(type.$defs, type.$ref) : IsDependent(type) ? FromDependent(type.if, type.then, type.else) : IsIntersect(type) ? FromIntersect(type.allOf) : IsUnion(type) ? FromUnion3(type.anyOf) : IsTuple(type) ? FromTuple(type.items) : IsObject2(type) ? FromObject2(type.properties) : {};
}

// ../../../work/main/node_modules/typebox/build/type/engine/object/collapse.mjs
function CollapseToObject(type) {
  const properties = FromType8(type);
  const result = _Object_(properties);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/helpers/keys.mjs
var integerKeyPattern = new RegExp("^(?:0|[1-9][0-9]*)$");
function ConvertToIntegerKey(value) {
  const normal = `${value}`;
  return integerKeyPattern.test(normal) ? parseInt(normal) : value;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/from_array.mjs
function NormalizeLiteral(value) {
  return Literal(ConvertToIntegerKey(value));
}
function NormalizeIndexerTypes(types) {
  return types.map((type) => NormalizeIndexer(type));
}
function NormalizeIndexer(type) {
  return IsIntersect(type) ? Intersect(NormalizeIndexerTypes(type.allOf)) : IsUnion(type) ? Union(NormalizeIndexerTypes(type.anyOf)) : IsLiteral(type) ? NormalizeLiteral(type.const) : type;
}
function FromArray(type, indexer) {
  const normalizedIndexer = NormalizeIndexer(indexer);
  const check = Extends({}, normalizedIndexer, Number2());
  const result = (
    // indexer
    result_exports.IsExtendsTrueLike(check) ? type : IsLiteral(indexer) && guard_exports.IsEqual(indexer.const, "length") ? Number2() : Never()
  );
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_cyclic.mjs
function FromCyclic2(defs, ref) {
  const target = CyclicTarget(defs, ref);
  const result = FromType9(target);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_dependent.mjs
function FromDependent2(if_, then_, else_) {
  const evaluated = EvaluateDependent(if_, then_, else_);
  const result = FromType9(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_enum.mjs
function FromEnum(values) {
  const evaluated = EvaluateEnum(values);
  const result = FromType9(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_intersect.mjs
function FromIntersect2(types) {
  const evaluated = EvaluateIntersect(types);
  const result = FromType9(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_literal.mjs
function FromLiteral4(value) {
  const result = [`${value}`];
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_template_literal.mjs
function FromTemplateLiteral2(pattern) {
  const evaluated = EvaluateTemplateLiteral(pattern);
  const result = FromType9(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_union.mjs
function FromUnion4(types) {
  return types.reduce((result, left) => {
    return [...result, ...FromType9(left)];
  }, []);
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/from_type.mjs
function FromType9(type) {
  return IsCyclic(type) ? FromCyclic2(type.$defs, type.$ref) : IsDependent(type) ? FromDependent2(type.if, type.then, type.else) : IsEnum(type) ? FromEnum(type.enum) : IsIntersect(type) ? FromIntersect2(type.allOf) : IsLiteral(type) ? FromLiteral4(type.const) : IsTemplateLiteral(type) ? FromTemplateLiteral2(type.pattern) : IsUnion(type) ? FromUnion4(type.anyOf) : [];
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/to_indexable_keys.mjs
function ToIndexableKeys(type) {
  const result = FromType9(type);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/this/expand_this.mjs
function FromTypes5(properties, types) {
  return types.map((type) => FromType10(properties, type));
}
function FromType10(properties, type) {
  return IsArray2(type) ? _Array_(FromType10(properties, type.items)) : IsConstructor2(type) ? Constructor(FromTypes5(properties, type.parameters), FromType10(properties, type.instanceType)) : IsFunction2(type) ? _Function_(FromTypes5(properties, type.parameters), FromType10(properties, type.returnType)) : IsTuple(type) ? Tuple(FromTypes5(properties, type.items)) : IsUnion(type) ? Union(FromTypes5(properties, type.anyOf)) : IsIntersect(type) ? Intersect(FromTypes5(properties, type.allOf)) : IsThis(type) ? _Object_(properties) : type;
}
function ExpandThis(properties, type) {
  const result = FromType10(properties, type);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/from_object.mjs
function IndexProperty(properties, key2) {
  const selectedType = key2 in properties ? properties[key2] : Never();
  const result = ExpandThis(properties, selectedType);
  return result;
}
function IndexProperties(properties, keys) {
  return keys.reduce((result, left) => {
    return [...result, IndexProperty(properties, left)];
  }, []);
}
function FromIndexer(properties, indexer) {
  const keys = ToIndexableKeys(indexer);
  const variants = IndexProperties(properties, keys);
  const result = EvaluateUnion(variants);
  return result;
}
var NumericKeyPattern = new RegExp(IntegerKey);
function NumericKeys(keys) {
  const result = keys.filter((key2) => NumericKeyPattern.test(key2));
  return result;
}
function FromIndexerNumber(properties) {
  const keys = PropertyKeys(properties);
  const numericKeys = NumericKeys(keys);
  const variants = IndexProperties(properties, numericKeys);
  const result = EvaluateUnion(variants);
  return result;
}
function FromObject3(properties, indexer) {
  const result = IsNumber2(indexer) ? FromIndexerNumber(properties) : FromIndexer(properties, indexer);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/array_indexer.mjs
function ConvertLiteral(value) {
  return Literal(ConvertToIntegerKey(value));
}
function ArrayIndexerTypes(types) {
  return types.map((type) => FormatArrayIndexer(type));
}
function FormatArrayIndexer(type) {
  return IsIntersect(type) ? Intersect(ArrayIndexerTypes(type.allOf)) : IsUnion(type) ? Union(ArrayIndexerTypes(type.anyOf)) : IsLiteral(type) ? ConvertLiteral(type.const) : type;
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/from_tuple.mjs
function IndexElementsWithIndexer(types, indexer) {
  return types.reduceRight((result, right, index) => {
    const check = Extends({}, Literal(index), indexer);
    return result_exports.IsExtendsTrueLike(check) ? [right, ...result] : result;
  }, []);
}
function FromTupleWithIndexer(types, indexer) {
  const formattedArrayIndexer = FormatArrayIndexer(indexer);
  const elements = IndexElementsWithIndexer(types, formattedArrayIndexer);
  return EvaluateUnionFast(elements);
}
function FromTupleWithoutIndexer(types) {
  return EvaluateUnionFast(types);
}
function FromTuple2(types, indexer) {
  return (
    // length (intrinsic)
    IsLiteral(indexer) && guard_exports.IsEqual(indexer.const, "length") ? Literal(types.length) : IsNumber2(indexer) || IsInteger2(indexer) ? FromTupleWithoutIndexer(types) : FromTupleWithIndexer(types, indexer)
  );
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/from_type.mjs
function FromType11(type, indexer) {
  return IsArray2(type) ? FromArray(type.items, indexer) : IsObject2(type) ? FromObject3(type.properties, indexer) : IsTuple(type) ? FromTuple2(type.items, indexer) : Never();
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexed/instantiate.mjs
function NormalizeType(type) {
  const result = IsCyclic(type) || IsDependent(type) || IsIntersect(type) || IsUnion(type) ? CollapseToObject(type) : type;
  return result;
}
function IndexAction(type, indexer, options) {
  const result = CanInstantiate([type, indexer]) ? memory_exports.Update(FromType11(NormalizeType(type), indexer), {}, options) : IndexDeferred(type, indexer, options);
  return result;
}
function IndexInstantiate(context, state, type, indexer, options) {
  const instantiatedType = InstantiateType(context, state, type);
  const instantiatedIndexer = InstantiateType(context, state, indexer);
  return IndexAction(instantiatedType, instantiatedIndexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/instance_type.mjs
function InstanceTypeDeferred(type, options = {}) {
  return Deferred("InstanceType", [type], options);
}
function InstanceType(type, options = {}) {
  return InstanceTypeAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/instance_type/instantiate.mjs
function InstanceTypeOperation(type) {
  return IsConstructor2(type) ? type["instanceType"] : Never();
}
function InstanceTypeAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(InstanceTypeOperation(type), {}, options) : InstanceTypeDeferred(type, options);
  return result;
}
function InstanceTypeInstantiate(context, state, type, options = {}) {
  const instantiatedType = InstantiateType(context, state, type);
  return InstanceTypeAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/keyof.mjs
function KeyOfDeferred(type, options = {}) {
  return Deferred("KeyOf", [type], options);
}
function KeyOf2(type, options = {}) {
  return KeyOfAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_any.mjs
function FromAny() {
  return Union([Number2(), String2(), Symbol2()]);
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_array.mjs
function FromArray2(_type) {
  return Number2();
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_object.mjs
function FromPropertyKeys(keys) {
  const result = keys.reduce((result2, left) => {
    return IsLiteralValue(left) ? [...result2, Literal(ConvertToIntegerKey(left))] : Unreachable();
  }, []);
  return result;
}
function FromObject4(properties) {
  const propertyKeys = guard_exports.Keys(properties);
  const variants = FromPropertyKeys(propertyKeys);
  const result = EvaluateUnionFast(variants);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_record.mjs
function FromRecord2(type) {
  return RecordKey(type);
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_tuple.mjs
function FromTuple3(types) {
  const result = types.map((_, index) => Literal(index));
  return EvaluateUnionFast(result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/from_type.mjs
function FromType12(type) {
  return IsAny(type) ? FromAny() : IsArray2(type) ? FromArray2(type.items) : IsObject2(type) ? FromObject4(type.properties) : IsRecord(type) ? FromRecord2(type) : IsTuple(type) ? FromTuple3(type.items) : Never();
}

// ../../../work/main/node_modules/typebox/build/type/engine/keyof/instantiate.mjs
function NormalizeType2(type) {
  const result = IsCyclic(type) || IsDependent(type) || IsIntersect(type) || IsUnion(type) ? CollapseToObject(type) : type;
  return result;
}
function KeyOfAction(type, options) {
  return CanInstantiate([type]) ? memory_exports.Update(FromType12(NormalizeType2(type)), {}, options) : KeyOfDeferred(type, options);
}
function KeyOfInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return KeyOfAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/mapped.mjs
function MappedDeferred(identifier, type, as, property, options = {}) {
  return Deferred("Mapped", [identifier, type, as, property], options);
}
function Mapped(identifier, type, as, property, options = {}) {
  return MappedAction({}, State([], []), identifier, type, as, property, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/mapped/mapped_variants.mjs
function FromTemplateLiteral3(pattern) {
  const evaluated = EvaluateTemplateLiteral(pattern);
  const result = FromType13(evaluated);
  return result;
}
function FromUnion5(types) {
  return types.reduce((result, left) => {
    return [...result, ...FromType13(left)];
  }, []);
}
function FromEnum2(values) {
  const evaluated = EvaluateEnum(values);
  const result = FromType13(evaluated);
  return result;
}
function FromLiteral5(value) {
  const result = guard_exports.IsNumber(value) ? [Literal(`${value}`)] : [Literal(value)];
  return result;
}
function FromType13(type) {
  const result = IsEnum(type) ? FromEnum2(type.enum) : IsLiteral(type) ? FromLiteral5(type.const) : IsTemplateLiteral(type) ? FromTemplateLiteral3(type.pattern) : IsUnion(type) ? FromUnion5(type.anyOf) : [type];
  return result;
}
function MappedVariants(type) {
  const result = FromType13(type);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/mapped/mapped_operation.mjs
function CanonicalAs(instantiatedAs) {
  const result = IsTemplateLiteral(instantiatedAs) ? EvaluateTemplateLiteral(instantiatedAs.pattern) : instantiatedAs;
  return result;
}
function MappedVariant(context, state, identifier, variant, as, property) {
  const variantContext = memory_exports.Assign(context, { [identifier["name"]]: variant });
  const instantiatedAs = InstantiateType(variantContext, state, as);
  const canonicalAs = CanonicalAs(instantiatedAs);
  const instantiatedProperty = InstantiateType(variantContext, state, property);
  return IsLiteralNumber(canonicalAs) || IsLiteralString(canonicalAs) ? { [canonicalAs.const]: instantiatedProperty } : {};
}
function MappedProperties(context, state, identifier, variants, as, property) {
  return variants.reduce((result, left) => {
    return [...result, MappedVariant(context, state, identifier, left, as, property)];
  }, []);
}
function MappedObjects(properties) {
  return properties.reduce((result, left) => {
    return [...result, _Object_(left)];
  }, []);
}
function MappedOperation(context, state, identifier, type, as, property) {
  const variants = MappedVariants(type);
  const mappedProperties = MappedProperties(context, state, identifier, variants, as, property);
  const mappedObjects = MappedObjects(mappedProperties);
  const result = EvaluateIntersect(mappedObjects);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/mapped/instantiate.mjs
function MappedAction(context, state, identifier, type, as, property, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(MappedOperation(context, state, identifier, type, as, property), {}, options) : MappedDeferred(identifier, type, as, property, options);
  return result;
}
function MappedInstantiate(context, state, identifier, type, as, property, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return MappedAction(context, state, identifier, instantiatedType, as, property, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/module/instantiate.mjs
function InstantiateCyclics(context, declarations, cyclicKeys) {
  const declarationContext = memory_exports.Assign(context, declarations);
  const declarationKeys = guard_exports.Keys(declarations).filter((key2) => cyclicKeys.includes(key2));
  return declarationKeys.reduce((result, key2) => {
    return { ...result, [key2]: InstantiateCyclic(declarationContext, key2, declarations[key2]) };
  }, {});
}
function InstantiateNonCyclics(context, declarations, cyclicKeys) {
  const declarationContext = memory_exports.Assign(context, declarations);
  const declarationKeys = guard_exports.Keys(declarations).filter((key2) => !cyclicKeys.includes(key2));
  return declarationKeys.reduce((result, key2) => {
    return { ...result, [key2]: InstantiateType(declarationContext, State([], []), declarations[key2]) };
  }, {});
}
function InstantiateModule(context, declarations, options) {
  const cyclicCandidates = CyclicCandidates(declarations);
  const instantiatedCyclics = InstantiateCyclics(context, declarations, cyclicCandidates);
  const instantiatedNonCyclics = InstantiateNonCyclics(context, declarations, cyclicCandidates);
  const instantiatedModule = { ...instantiatedCyclics, ...instantiatedNonCyclics };
  return memory_exports.Update(instantiatedModule, {}, options);
}
function ModuleInstantiate(context, _state, declarations, options) {
  const instantiatedModule = InstantiateModule(context, declarations, options);
  return instantiatedModule;
}

// ../../../work/main/node_modules/typebox/build/type/action/non_nullable.mjs
function NonNullableDeferred(type, options = {}) {
  return Deferred("NonNullable", [type], options);
}
function NonNullable(type, options = {}) {
  return NonNullableAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/non_nullable/instantiate.mjs
function NonNullableOperation(type) {
  const excluded = Union([Null(), Undefined()]);
  return ExcludeAction(type, excluded, {});
}
function NonNullableAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(NonNullableOperation(type), {}, options) : NonNullableDeferred(type, options);
  return result;
}
function NonNullableInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return NonNullableAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/omit.mjs
function OmitDeferred(type, indexer, options = {}) {
  return Deferred("Omit", [type, indexer], options);
}
function Omit(type, indexer_or_keys, options = {}) {
  const indexer = guard_exports.IsArray(indexer_or_keys) ? KeysToIndexer(indexer_or_keys) : indexer_or_keys;
  return OmitAction(type, indexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/indexable/to_indexable.mjs
function ToIndexable(type) {
  const collapsed = CollapseToObject(type);
  const result = IsObject2(collapsed) ? collapsed.properties : Unreachable();
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/omit/from_type.mjs
function FromKeys(properties, keys) {
  const result = guard_exports.Keys(properties).reduce((result2, key2) => {
    return keys.includes(key2) ? result2 : { ...result2, [key2]: properties[key2] };
  }, {});
  return result;
}
function FromType14(type, indexer) {
  const indexable = ToIndexable(type);
  const indexableKeys = ToIndexableKeys(indexer);
  const omitted = FromKeys(indexable, indexableKeys);
  const result = _Object_(omitted);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/omit/instantiate.mjs
function OmitAction(type, indexer, options) {
  const result = CanInstantiate([type, indexer]) ? memory_exports.Update(FromType14(type, indexer), {}, options) : OmitDeferred(type, indexer, options);
  return result;
}
function OmitInstantiate(context, state, type, indexer, options) {
  const instantiatedType = InstantiateType(context, state, type);
  const instantiatedIndexer = InstantiateType(context, state, indexer);
  return OmitAction(instantiatedType, instantiatedIndexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/parameters.mjs
function ParametersDeferred(type, options = {}) {
  return Deferred("Parameters", [type], options);
}
function Parameters(type, options = {}) {
  return ParametersAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/parameters/instantiate.mjs
function ParametersOperation(type) {
  const parameters = IsFunction2(type) ? type["parameters"] : [];
  const instantiatedParameters = InstantiateElements({}, State([], []), parameters);
  const result = Tuple(instantiatedParameters);
  return result;
}
function ParametersAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(ParametersOperation(type), {}, options) : ParametersDeferred(type, options);
  return result;
}
function ParametersInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return ParametersAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/partial.mjs
function PartialDeferred(type, options = {}) {
  return Deferred("Partial", [type], options);
}
function Partial(type, options = {}) {
  return PartialAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_cyclic.mjs
function FromCyclic3(defs, ref) {
  const target = CyclicTarget(defs, ref);
  const partial = FromType15(target);
  const result = Cyclic(memory_exports.Assign(defs, { [ref]: partial }), ref);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_dependent.mjs
function FromDependent3(if_, then_, else_) {
  const evaluated = EvaluateDependent(if_, then_, else_);
  const result = FromType15(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_intersect.mjs
function FromIntersect3(types) {
  const evaluated = EvaluateIntersect(types);
  const result = FromType15(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_union.mjs
function FromUnion6(types) {
  const result = types.map((type) => FromType15(type));
  return Union(result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_object.mjs
function FromObject5(properties) {
  const mapped = guard_exports.Keys(properties).reduce((result2, left) => {
    return { ...result2, [left]: AddOptional(properties[left]) };
  }, {});
  const result = _Object_(mapped);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/from_type.mjs
function FromType15(type) {
  return IsCyclic(type) ? FromCyclic3(type.$defs, type.$ref) : IsDependent(type) ? FromDependent3(type.if, type.then, type.else) : IsIntersect(type) ? FromIntersect3(type.allOf) : IsUnion(type) ? FromUnion6(type.anyOf) : IsObject2(type) ? FromObject5(type.properties) : _Object_({});
}

// ../../../work/main/node_modules/typebox/build/type/engine/partial/instantiate.mjs
function PartialAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType15(type), {}, options) : PartialDeferred(type, options);
  return result;
}
function PartialInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return PartialAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/pick.mjs
function PickDeferred(type, indexer, options = {}) {
  return Deferred("Pick", [type, indexer], options);
}
function Pick(type, indexer_or_keys, options = {}) {
  const indexer = guard_exports.IsArray(indexer_or_keys) ? KeysToIndexer(indexer_or_keys) : indexer_or_keys;
  return PickAction(type, indexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/pick/from_type.mjs
function FromKeys2(properties, keys) {
  const result = guard_exports.Keys(properties).reduce((result2, key2) => {
    return keys.includes(key2) ? memory_exports.Assign(result2, { [key2]: properties[key2] }) : result2;
  }, {});
  return result;
}
function FromType16(type, indexer) {
  const indexable = ToIndexable(type);
  const keys = ToIndexableKeys(indexer);
  const applied = FromKeys2(indexable, keys);
  const result = _Object_(applied);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/pick/instantiate.mjs
function PickAction(type, indexer, options) {
  const result = CanInstantiate([type, indexer]) ? memory_exports.Update(FromType16(type, indexer), {}, options) : PickDeferred(type, indexer, options);
  return result;
}
function PickInstantiate(context, state, type, indexer, options) {
  const instantiatedType = InstantiateType(context, state, type);
  const instantiatedIndexer = InstantiateType(context, state, indexer);
  return PickAction(instantiatedType, instantiatedIndexer, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/readonly_object.mjs
function ReadonlyObjectDeferred(type, options = {}) {
  return Deferred("ReadonlyObject", [type], options);
}
function ReadonlyObject(type, options = {}) {
  return ReadonlyObjectAction(type, options);
}
var ReadonlyType = ReadonlyObject;

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_array.mjs
function FromArray3(type) {
  const result = AddImmutable(_Array_(type));
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_cyclic.mjs
function FromCyclic4(defs, ref) {
  const target = CyclicTarget(defs, ref);
  const partial = FromType17(target);
  const result = Cyclic(memory_exports.Assign(defs, { [ref]: partial }), ref);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_dependent.mjs
function FromDependent4(if_, then_, else_) {
  const evaluated = EvaluateDependent(if_, then_, else_);
  const result = FromType17(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_intersect.mjs
function FromIntersect4(types) {
  const evaluated = EvaluateIntersect(types);
  const result = FromType17(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_object.mjs
function FromObject6(properties) {
  const mapped = guard_exports.Keys(properties).reduce((result2, left) => {
    return { ...result2, [left]: AddReadonly(properties[left]) };
  }, {});
  const result = _Object_(mapped);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_tuple.mjs
function FromTuple4(types) {
  const result = AddImmutable(Tuple(types));
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_union.mjs
function FromUnion7(types) {
  const result = types.map((type) => FromType17(type));
  return Union(result);
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/from_type.mjs
function FromType17(type) {
  return IsArray2(type) ? FromArray3(type.items) : IsCyclic(type) ? FromCyclic4(type.$defs, type.$ref) : IsDependent(type) ? FromDependent4(type.if, type.then, type.else) : IsIntersect(type) ? FromIntersect4(type.allOf) : IsObject2(type) ? FromObject6(type.properties) : IsTuple(type) ? FromTuple4(type.items) : IsUnion(type) ? FromUnion7(type.anyOf) : type;
}

// ../../../work/main/node_modules/typebox/build/type/engine/readonly_object/instantiate.mjs
function ReadonlyObjectAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType17(type), {}, options) : ReadonlyObjectDeferred(type);
  return result;
}
function ReadonlyObjectInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return ReadonlyObjectAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/ref/instantiate.mjs
function RefInstantiate(context, state, type, ref) {
  return state.visited.includes(ref) ? type : ref in context ? InstantiateType(context, State(state["callstack"], [...state["visited"], ref]), context[ref]) : type;
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_cyclic.mjs
function FromCyclic5(defs, ref) {
  const target = CyclicTarget(defs, ref);
  const partial = FromType18(target);
  const result = Cyclic(memory_exports.Assign(defs, { [ref]: partial }), ref);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_dependent.mjs
function FromDependent5(if_, then_, else_) {
  const evaluated = EvaluateDependent(if_, then_, else_);
  const result = FromType18(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_intersect.mjs
function FromIntersect5(types) {
  const evaluated = EvaluateIntersect(types);
  const result = FromType18(evaluated);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_union.mjs
function FromUnion8(types) {
  const result = types.map((type) => FromType18(type));
  return Union(result);
}

// ../../../work/main/node_modules/typebox/build/type/action/_remove_optional.mjs
function RemoveOptionalDeferred(type, options = {}) {
  return Deferred("RemoveOptional", [type], options);
}
function RemoveOptional(type, options = {}) {
  return RemoveOptionalAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_object.mjs
function FromObject7(properties) {
  const mapped = guard_exports.Keys(properties).reduce((result2, left) => {
    return { ...result2, [left]: RemoveOptional(properties[left]) };
  }, {});
  const result = _Object_(mapped);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/from_type.mjs
function FromType18(type) {
  return IsCyclic(type) ? FromCyclic5(type.$defs, type.$ref) : IsDependent(type) ? FromDependent5(type.if, type.then, type.else) : IsIntersect(type) ? FromIntersect5(type.allOf) : IsUnion(type) ? FromUnion8(type.anyOf) : IsObject2(type) ? FromObject7(type.properties) : _Object_({});
}

// ../../../work/main/node_modules/typebox/build/type/action/required.mjs
function RequiredDeferred(type, options = {}) {
  return Deferred("Required", [type], options);
}
function Required(type, options = {}) {
  return RequiredAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/required/instantiate.mjs
function RequiredAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(FromType18(type), {}, options) : RequiredDeferred(type, options);
  return result;
}
function RequiredInstantiate(context, state, type, options) {
  const instaniatedType = InstantiateType(context, state, type);
  return RequiredAction(instaniatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/return_type.mjs
function ReturnTypeDeferred(type, options = {}) {
  return Deferred("ReturnType", [type], options);
}
function ReturnType(type, options = {}) {
  return ReturnTypeAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/return_type/instantiate.mjs
function ReturnTypeOperation(type) {
  return IsFunction2(type) ? type["returnType"] : Never();
}
function ReturnTypeAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(ReturnTypeOperation(type), {}, options) : ReturnTypeDeferred(type, options);
  return result;
}
function ReturnTypeInstantiate(context, state, type, options = {}) {
  const instantiatedType = InstantiateType(context, state, type);
  return ReturnTypeAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/with.mjs
function WithDeferred(type, options) {
  return Deferred("With", [type, options], {});
}
function With2(type, options) {
  return WithAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/with/instantiate.mjs
function WithAction(type, options) {
  const result = CanInstantiate([type]) ? memory_exports.Update(type, {}, options) : WithDeferred(type, options);
  return result;
}
function WithInstantiate(context, state, type, options) {
  const instaniatedType = InstantiateType(context, state, type);
  return WithAction(instaniatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/engine/rest/spread.mjs
function SpreadElement(type) {
  const result = IsRest(type) ? IsTuple(type.items) ? RestSpread(type.items.items) : IsInfer(type.items) ? [type] : IsRef(type.items) ? [type] : [Never()] : [type];
  return result;
}
function RestSpread(types) {
  const result = types.reduce((result2, left) => {
    return [...result2, ...SpreadElement(left)];
  }, []);
  return result;
}

// ../../../work/main/node_modules/typebox/build/type/engine/instantiate.mjs
function State(callstack, visited) {
  return { callstack, visited };
}
function CanInstantiate(types) {
  return guard_exports.ShiftLeft(types, (left, right) => IsRef(left) ? false : CanInstantiate(right), () => true);
}
function InstantiateProperties(context, state, properties) {
  return guard_exports.Keys(properties).reduce((result, key2) => {
    return { ...result, [key2]: InstantiateType(context, state, properties[key2]) };
  }, {});
}
function InstantiateElements(context, state, types) {
  const elements = InstantiateTypes(context, state, types);
  const result = RestSpread(elements);
  return result;
}
function InstantiateTypes(context, state, types) {
  return types.map((type) => InstantiateType(context, state, type));
}
function WithModifiers(type, instantiatedType) {
  const withOptional = IsOptional(type) ? AddOptionalAction(instantiatedType, {}) : instantiatedType;
  const withReadonly = IsReadonly(type) ? AddReadonlyAction(withOptional, {}) : withOptional;
  const withImmutable = IsImmutable(type) ? AddImmutableAction(withReadonly, {}) : withReadonly;
  return withImmutable;
}
function InstantiateDeferred(context, state, action, parameters, options) {
  return (
    // Modifiers
    guard_exports.IsEqual(action, "AddImmutable") ? AddImmutableInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "RemoveImmutable") ? RemoveImmutableInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "AddReadonly") ? AddReadonlyInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "RemoveReadonly") ? RemoveReadonlyInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "AddOptional") ? AddOptionalInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "RemoveOptional") ? RemoveOptionalInstantiate(context, state, parameters[0], options) : (
      // Actions
      guard_exports.IsEqual(action, "Capitalize") ? CapitalizeInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Conditional") ? ConditionalInstantiate(context, state, parameters[0], parameters[1], parameters[2], parameters[3], options) : guard_exports.IsEqual(action, "ConstructorParameters") ? ConstructorParametersInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Evaluate") ? EvaluateInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Exclude") ? ExcludeInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "Extract") ? ExtractInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "Index") ? IndexInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "InstanceType") ? InstanceTypeInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Interface") ? InterfaceInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "KeyOf") ? KeyOfInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Lowercase") ? LowercaseInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Mapped") ? MappedInstantiate(context, state, parameters[0], parameters[1], parameters[2], parameters[3], options) : guard_exports.IsEqual(action, "Module") ? ModuleInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "NonNullable") ? NonNullableInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Pick") ? PickInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "Parameters") ? ParametersInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Partial") ? PartialInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Omit") ? OmitInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "ReadonlyObject") ? ReadonlyObjectInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Record") ? RecordInstantiate(context, state, parameters[0], parameters[1], options) : guard_exports.IsEqual(action, "Required") ? RequiredInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "ReturnType") ? ReturnTypeInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "TemplateLiteral") ? TemplateLiteralInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Uncapitalize") ? UncapitalizeInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "Uppercase") ? UppercaseInstantiate(context, state, parameters[0], options) : guard_exports.IsEqual(action, "With") ? WithInstantiate(context, state, parameters[0], parameters[1]) : Deferred(action, parameters, options)
    )
  );
}
function InstantiateImmediate(context, state, type) {
  const instantiatedType = IsRef(type) ? RefInstantiate(context, state, type, type.$ref) : IsArray2(type) ? _Array_(InstantiateType(context, state, type.items), ArrayOptions(type)) : IsCall(type) ? CallInstantiate(context, state, type.target, type.arguments) : IsConstructor2(type) ? Constructor(InstantiateTypes(context, state, type.parameters), InstantiateType(context, state, type.instanceType), ConstructorOptions(type)) : IsFunction2(type) ? _Function_(InstantiateTypes(context, state, type.parameters), InstantiateType(context, state, type.returnType), FunctionOptions(type)) : IsDependent(type) ? Dependent(InstantiateType(context, state, type.if), InstantiateType(context, state, type.then), InstantiateType(context, state, type.else), DependentOptions(type)) : IsIntersect(type) ? Intersect(InstantiateTypes(context, state, type.allOf), IntersectOptions(type)) : IsObject2(type) ? _Object_(InstantiateProperties(context, state, type.properties), ObjectOptions(type)) : IsRecord(type) ? RecordFromPattern(RecordPattern(type), InstantiateType(context, state, RecordValue(type))) : IsRest(type) ? Rest(InstantiateType(context, state, type.items)) : IsTuple(type) ? Tuple(InstantiateElements(context, state, type.items), TupleOptions(type)) : IsUnion(type) ? Union(InstantiateTypes(context, state, type.anyOf), UnionOptions(type)) : type;
  const withModifiers = WithModifiers(type, instantiatedType);
  return withModifiers;
}
function InstantiateType(context, state, type) {
  const result = IsDeferred(type) ? InstantiateDeferred(context, state, type.action, type.parameters, type.options) : InstantiateImmediate(context, state, type);
  return result;
}
function Instantiate(context, type) {
  return InstantiateType(context, State([], []), type);
}

// ../../../work/main/node_modules/typebox/build/type/engine/immutable/instantiate_add.mjs
function AddImmutableAction(type, options) {
  const result = memory_exports.Update(type, { "~immutable": true }, options);
  return result;
}
function AddImmutableInstantiate(context, state, type, options) {
  const instantiatedType = InstantiateType(context, state, type);
  return AddImmutableAction(instantiatedType, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/_add_immutable.mjs
function AddImmutableDeferred(type, options = {}) {
  return Deferred("AddImmutable", [type], options);
}
function AddImmutable(type, options = {}) {
  return AddImmutableAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/_remove_readonly.mjs
function RemoveReadonlyDeferred(type, options = {}) {
  return Deferred("RemoveReadonly", [type], options);
}

// ../../../work/main/node_modules/typebox/build/type/action/evaluate.mjs
function EvaluateDeferred(type, options = {}) {
  return Deferred("Evaluate", [type], options);
}
function Evaluate(type, options = {}) {
  return EvaluateAction(type, options);
}

// ../../../work/main/node_modules/typebox/build/type/action/module.mjs
function ModuleDeferred(declarations, options = {}) {
  return Deferred("Module", [declarations], options);
}
function Module2(declarations, options = {}) {
  return ModuleInstantiate({}, State([], []), declarations, options);
}

// ../../../work/main/node_modules/typebox/build/type/script/script.mjs
function Script2(...args) {
  const [context, input, options] = arguments_exports.Match(args, {
    2: (script, options2) => guard_exports.IsString(script) ? [{}, script, options2] : [script, options2, {}],
    3: (context2, script, options2) => [context2, script, options2],
    1: (script) => [{}, script, {}]
  });
  const result = Script(input);
  const parsed = guard_exports.IsArray(result) && guard_exports.IsEqual(result.length, 2) ? InstantiateType(context, State([], []), result[0]) : Never();
  return memory_exports.Update(parsed, {}, options);
}

// ../../../work/main/node_modules/typebox/build/typebox.mjs
var typebox_exports = {};
__export(typebox_exports, {
  Any: () => Any,
  Array: () => _Array_,
  BigInt: () => BigInt2,
  Boolean: () => Boolean2,
  Call: () => Call,
  Capitalize: () => Capitalize,
  Codec: () => Codec,
  Conditional: () => Conditional,
  Constructor: () => Constructor,
  ConstructorParameters: () => ConstructorParameters,
  Cyclic: () => Cyclic,
  Decode: () => Decode,
  DecodeBuilder: () => DecodeBuilder,
  Dependent: () => Dependent,
  Encode: () => Encode,
  EncodeBuilder: () => EncodeBuilder,
  Enum: () => Enum,
  Evaluate: () => Evaluate,
  Exclude: () => Exclude,
  Extends: () => Extends,
  ExtendsResult: () => result_exports,
  Extract: () => Extract,
  Function: () => _Function_,
  Generic: () => Generic,
  Identifier: () => Identifier,
  Immutable: () => Immutable,
  Index: () => Index,
  Infer: () => Infer,
  InstanceType: () => InstanceType,
  Instantiate: () => Instantiate,
  Integer: () => Integer,
  Interface: () => Interface,
  Intersect: () => Intersect,
  IsAny: () => IsAny,
  IsArray: () => IsArray2,
  IsBigInt: () => IsBigInt2,
  IsBoolean: () => IsBoolean2,
  IsCall: () => IsCall,
  IsCodec: () => IsCodec,
  IsConstructor: () => IsConstructor2,
  IsCyclic: () => IsCyclic,
  IsDependent: () => IsDependent,
  IsEnum: () => IsEnum,
  IsEnumValue: () => IsEnumValue,
  IsFunction: () => IsFunction2,
  IsGeneric: () => IsGeneric,
  IsIdentifier: () => IsIdentifier,
  IsImmutable: () => IsImmutable,
  IsInfer: () => IsInfer,
  IsInteger: () => IsInteger2,
  IsIntersect: () => IsIntersect,
  IsKind: () => IsKind,
  IsLiteral: () => IsLiteral,
  IsNever: () => IsNever,
  IsNull: () => IsNull2,
  IsNumber: () => IsNumber2,
  IsObject: () => IsObject2,
  IsOptional: () => IsOptional,
  IsParameter: () => IsParameter,
  IsReadonly: () => IsReadonly,
  IsRecord: () => IsRecord,
  IsRef: () => IsRef,
  IsRefine: () => IsRefine,
  IsRest: () => IsRest,
  IsSchema: () => IsSchema,
  IsString: () => IsString2,
  IsSymbol: () => IsSymbol2,
  IsTemplateLiteral: () => IsTemplateLiteral,
  IsThis: () => IsThis,
  IsTuple: () => IsTuple,
  IsUndefined: () => IsUndefined2,
  IsUnion: () => IsUnion,
  IsUnknown: () => IsUnknown,
  IsUnsafe: () => IsUnsafe,
  IsVoid: () => IsVoid,
  KeyOf: () => KeyOf2,
  Literal: () => Literal,
  Lowercase: () => Lowercase,
  Mapped: () => Mapped,
  Module: () => Module2,
  Never: () => Never,
  NonNullable: () => NonNullable,
  Null: () => Null,
  Number: () => Number2,
  Object: () => _Object_,
  Omit: () => Omit,
  Optional: () => Optional,
  Parameter: () => Parameter,
  Parameters: () => Parameters,
  Partial: () => Partial,
  Pick: () => Pick,
  Readonly: () => Readonly,
  ReadonlyObject: () => ReadonlyObject,
  ReadonlyType: () => ReadonlyType,
  Record: () => Record,
  RecordKey: () => RecordKey,
  RecordPattern: () => RecordPattern,
  RecordValue: () => RecordValue,
  Ref: () => Ref,
  Refine: () => Refine,
  Required: () => Required,
  Rest: () => Rest,
  ReturnType: () => ReturnType,
  Script: () => Script2,
  String: () => String2,
  Symbol: () => Symbol2,
  TemplateLiteral: () => TemplateLiteral2,
  This: () => This,
  Tuple: () => Tuple,
  Uncapitalize: () => Uncapitalize,
  Undefined: () => Undefined,
  Union: () => Union,
  Unknown: () => Unknown,
  Unsafe: () => Unsafe,
  Uppercase: () => Uppercase,
  Void: () => Void,
  With: () => With2
});

// src/base/schema.ts
function oneOf(words, options = {}) {
  return typebox_exports.Unsafe({ type: "string", enum: [...words], ...options });
}
function textMap(options) {
  return typebox_exports.Unsafe({
    type: "object",
    additionalProperties: { type: "string", maxLength: 253 },
    ...options
  });
}
function withRules(schema, rules) {
  return { ...schema, "x-kubernetes-validations": rules };
}

// src/base/errors.ts
var REMEDIES = {
  ADDRESS_DOUBLED: "Name each address once in the Service annotation",
  ADDRESS_INVALID: "Write plain IPv4 or IPv6 addresses, without mask, zone or IPv4-mapped form",
  ADDRESS_LEFT_POOL: "Publish the new address, or put the old range back into the class's pool",
  ADDRESS_OUTSIDE_POOL: "Request an address of the class's pool, or add a range to the pool",
  ADDRESS_TAKEN: "Request another address, or delete the Service that holds this one",
  ADDRESS_WRONG_FAMILY: "Request addresses of the families in the Service's spec.ipFamilies",
  CLASS_DEFAULT_DOUBLED: 'Set "isDefault" to false on all but one MetalLoadBalancerClass',
  CLASS_MISSING: "Create the class, or name an existing one and recreate the Service",
  CLASS_UNKNOWN: "Name an existing MetalLoadBalancerClass in the annotation",
  COUNT_INVALID: "Write a whole number from 1 to 64 in the count annotation",
  COUNT_TOO_SMALL: "Raise the count annotation to the number of requested addresses",
  KUBECONFIG_INVALID: "Name a readable kubeconfig with --kubeconfig, or leave it out and run inside the cluster",
  NO_NODES: "Label at least one ready node so that the class's nodeSelector matches it",
  NO_SERVING_ENDPOINT: "Start a ready Pod on a node of the class, or use externalTrafficPolicy: Cluster",
  NO_SPEAKER: "Run the speaker on the nodes of the class, and look into its logs",
  POOL_EMPTY: "Write at least one CIDR or range in the class's addressPool",
  POOL_EXHAUSTED: "Add a range to the class's pool, or ask for fewer addresses per Service",
  POOL_FAMILY_MISSING: "Add a range of this family to the class's pool, or change ipFamilyPolicy",
  POOL_OVERLAP: "Take the shared addresses out of one of the two classes",
  RANGE_INVALID: "Write a CIDR such as 192.0.2.0/28 or a range such as 192.0.2.10-192.0.2.20",
  RAW_SOCKET_DENIED: "Give the speaker container the capability NET_RAW, or run it as root",
  USAGE: "See --help"
};
function describeProblem(problem) {
  return `${problem.message}. ${REMEDIES[problem.code]}.`;
}
function reasonOf2(code) {
  return code.split("_").map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join("");
}

// src/classes/rules.ts
var INTERFACE_NAME_LENGTH_MAX = 15;
function textRule(rule, sentence, remedy) {
  const [before, after] = [sentence[0], `${sentence[1]}. ${remedy}.`];
  return {
    rule,
    message: `${before}...${after}`,
    messageExpression: `${JSON.stringify(before)} + self + ${JSON.stringify(after)}`
  };
}
var FIRST = `self.split("-")[0].trim()`;
var LAST = `self.split("-")[1].trim()`;
var IS_DASHED = `self.contains("-") && self.split("-").size() == 2 && isIP(${FIRST}) && isIP(${LAST})`;
function bothAre(family) {
  return `ip(${FIRST}).family() == ${family} && ip(${LAST}).family() == ${family}`;
}
function inOrder(bits, parts, isLower) {
  const numbers = [...Array(parts).keys()];
  const lengths = JSON.stringify(numbers.map((k) => `/${k * bits}`));
  return `cidr(${FIRST} + "/${parts * bits}").containsIP(${LAST}) || ${JSON.stringify(numbers)}.exists(k, ${isLower} && cidr(${FIRST} + ${lengths}[k]).containsIP(${LAST}))`;
}
function octet(end) {
  return `int(${end}.split(".")[k])`;
}
function hextet(end) {
  const [head, tail] = [0, 1].map((half) => `${end}.lowerAscii().split("::")[${half}].split(":")`);
  const padded = (text) => `("0000" + ${text}).substring(size(${text}))`;
  return `(k < ${head}.size() ? ${padded(`${head}[k]`)} : k >= 8 - ${tail}.size() ? ${padded(`${tail}[k - 8 + ${tail}.size()]`)} : "0000")`;
}
var POOL_ENTRY_RULES = [
  textRule(
    `self.contains("-") ? ${IS_DASHED} : self.contains("/") ? isCIDR(self) : isIP(self)`,
    RANGE_FAULTS.unreadable,
    REMEDIES.RANGE_INVALID
  ),
  textRule(
    `!(${IS_DASHED}) || ip(${FIRST}).family() == ip(${LAST}).family()`,
    RANGE_FAULTS.mixed,
    REMEDIES.RANGE_INVALID
  ),
  textRule(
    `!(${IS_DASHED} && ${bothAre(4)}) || ${inOrder(8, 4, `${octet(FIRST)} < ${octet(LAST)}`)}`,
    RANGE_FAULTS.backwards,
    REMEDIES.RANGE_INVALID
  ),
  // An IPv6 address that ends in dotted decimals is left to compileClasses.
  textRule(
    `!(${IS_DASHED} && ${bothAre(6)}) || self.contains(".") || ` + inOrder(16, 8, `${hextet(FIRST)} < ${hextet(LAST)}`),
    RANGE_FAULTS.backwards,
    REMEDIES.RANGE_INVALID
  )
];
var INTERFACE_RULES = [
  textRule(
    `self.matches("^[^/:\\\\s]{1,${INTERFACE_NAME_LENGTH_MAX}}$") && self != "." && self != ".."`,
    ['"', '" cannot be the name of an interface'],
    "Write the name that `ip link` shows"
  )
];
var EACH_ONCE = {
  rule: "self.all(a, self.exists_one(b, b == a))",
  message: "An entry is written twice. Write each once.",
  messageExpression: `"\\"" + self.filter(a, !self.exists_one(b, b == a))[0] + "\\" is written twice. Write each once."`
};

// src/classes/resource.ts
var CLASS_GROUP = "network.deckhouse.io";
var CLASS_VERSION = "v1alpha1";
var CLASS_KIND = "MetalLoadBalancerClass";
var CLASS_PLURAL = "metalloadbalancerclasses";
var DRAIN_TRIGGERS = ["Cordon", "OutOfServiceTaint"];
var REBALANCE_MODES = ["Gradual", "Off"];
var POOL_ENTRIES_MAX = 256;
var POOL_ENTRY_LENGTH_MAX = 96;
var INTERFACES_MAX = 64;
var toleration = typebox_exports.Object(
  {
    effect: typebox_exports.Optional(typebox_exports.String({ maxLength: 64 })),
    key: typebox_exports.Optional(typebox_exports.String({ maxLength: 317 })),
    operator: typebox_exports.Optional(typebox_exports.String({ maxLength: 64 })),
    tolerationSeconds: typebox_exports.Optional(typebox_exports.Integer({ format: "int64" })),
    value: typebox_exports.Optional(typebox_exports.String({ maxLength: 253 }))
  },
  { description: "As in a Pod." }
);
var metalLoadBalancerClassSpec = typebox_exports.Object(
  {
    isDefault: typebox_exports.Optional(
      typebox_exports.Boolean({
        description: "Serves the Services of type LoadBalancer that name no class. Of several defaults the oldest counts."
      })
    ),
    type: typebox_exports.Optional(
      oneOf(["L2"], {
        description: "How addresses are announced: L2 (ARP and NDP). Absent means L2."
      })
    ),
    addressPool: typebox_exports.Optional(
      withRules(
        typebox_exports.Array(
          withRules(
            typebox_exports.String({
              maxLength: POOL_ENTRY_LENGTH_MAX,
              description: "A CIDR, a range first-last, or one address."
            }),
            POOL_ENTRY_RULES
          ),
          {
            maxItems: POOL_ENTRIES_MAX,
            description: "The addresses of the class, IPv4 and IPv6. They are given out in the order written here, lowest first, network and broadcast addresses included."
          }
        ),
        [EACH_ONCE]
      )
    ),
    nodeSelector: typebox_exports.Optional(
      textMap({
        maxProperties: 64,
        description: "Labels that a node must have to answer for addresses of the class. Empty means every node."
      })
    ),
    l2: typebox_exports.Optional(
      typebox_exports.Object(
        {
          interfaces: typebox_exports.Optional(
            withRules(
              typebox_exports.Array(
                withRules(
                  typebox_exports.String({
                    maxLength: INTERFACE_NAME_LENGTH_MAX,
                    description: "The exact name of an interface."
                  }),
                  INTERFACE_RULES
                ),
                {
                  maxItems: INTERFACES_MAX,
                  description: "Interfaces that answer. Empty means all but those of container networks."
                }
              ),
              [EACH_ONCE]
            )
          )
        },
        { description: "What only L2 has." }
      )
    ),
    drainOn: typebox_exports.Optional(
      withRules(
        typebox_exports.Array(
          oneOf(DRAIN_TRIGGERS, {
            description: "Cordon: the node is unschedulable. OutOfServiceTaint: it wears node.kubernetes.io/out-of-service."
          }),
          {
            maxItems: DRAIN_TRIGGERS.length,
            description: "SpreadLB's own: what makes the addresses of the class leave a node, besides `spreadlb drain`. Absent or empty: nothing."
          }
        ),
        [EACH_ONCE]
      )
    ),
    rebalance: typebox_exports.Optional(
      oneOf(REBALANCE_MODES, {
        description: "SpreadLB's own: whether addresses in use move to make the nodes even. Gradual, also where absent: after the settling time, one at a time. Off: only when they have to."
      })
    ),
    tolerations: typebox_exports.Optional(
      typebox_exports.Array(toleration, {
        maxItems: 64,
        description: "Accepted from older manifests and without effect: speakers run where their DaemonSet lets them."
      })
    )
  },
  { description: "What the class offers." }
);
var counters = (family) => typebox_exports.Optional(
  typebox_exports.Object(
    {
      total: typebox_exports.String({
        maxLength: 40,
        description: "Addresses in the pool, a decimal number."
      }),
      assigned: typebox_exports.Integer({ format: "int64", description: "Addresses that Services hold." }),
      free: typebox_exports.String({ maxLength: 40, description: "Addresses left, a decimal number." })
    },
    { description: `${family} addresses.` }
  )
);
var condition = typebox_exports.Object({
  type: typebox_exports.String({ maxLength: 316 }),
  status: oneOf(["True", "False", "Unknown"]),
  reason: typebox_exports.String({ maxLength: 1024 }),
  message: typebox_exports.String({ maxLength: 32768 }),
  lastTransitionTime: typebox_exports.Optional(typebox_exports.String({ format: "date-time" })),
  observedGeneration: typebox_exports.Optional(typebox_exports.Integer({ format: "int64" }))
});
var metalLoadBalancerClassStatus = typebox_exports.Object(
  {
    conditions: typebox_exports.Optional(
      typebox_exports.Array(condition, {
        maxItems: 16,
        description: "Ready says whether all of the class can be used, and if not, the way out.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"]
      })
    ),
    addresses: typebox_exports.Optional(
      typebox_exports.Object(
        { ipv4: counters("IPv4"), ipv6: counters("IPv6") },
        { description: "How full the pool is." }
      )
    ),
    free: typebox_exports.Optional(
      typebox_exports.String({ maxLength: 128, description: "Addresses left, in words: for kubectl get." })
    ),
    nodes: typebox_exports.Optional(
      typebox_exports.Integer({ format: "int32", description: "Nodes that may answer for the class." })
    ),
    services: typebox_exports.Optional(
      typebox_exports.Integer({ format: "int32", description: "Services that the class serves." })
    )
  },
  { description: "What the controller found; written by it alone." }
);
var objectSchema = typebox_exports.Object({
  apiVersion: typebox_exports.Optional(typebox_exports.String()),
  kind: typebox_exports.Optional(typebox_exports.String()),
  metadata: typebox_exports.Object({
    name: typebox_exports.String({ minLength: 1 }),
    creationTimestamp: typebox_exports.Optional(typebox_exports.String())
  }),
  spec: typebox_exports.Optional(metalLoadBalancerClassSpec),
  status: typebox_exports.Optional(metalLoadBalancerClassStatus)
});
var metalLoadBalancerClassCrd = buildCrd({
  group: CLASS_GROUP,
  version: CLASS_VERSION,
  kind: CLASS_KIND,
  plural: CLASS_PLURAL,
  singular: "metalloadbalancerclass",
  shortNames: ["mlbc"],
  scope: "Cluster",
  description: "Ties a group of nodes to a pool of addresses: every Service of the class gets addresses of the pool, each answered by a different node of the group.",
  spec: metalLoadBalancerClassSpec,
  specRequired: false,
  status: metalLoadBalancerClassStatus,
  columns: [
    { name: "Default", type: "boolean", jsonPath: ".spec.isDefault" },
    { name: "Type", type: "string", jsonPath: ".spec.type" },
    { name: "Pool", type: "string", jsonPath: ".spec.addressPool" },
    { name: "Free", type: "string", jsonPath: ".status.free" },
    { name: "Nodes", type: "integer", jsonPath: ".status.nodes" },
    { name: "Services", type: "integer", jsonPath: ".status.services" },
    {
      name: "Ready",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status'
    },
    { name: "Interfaces", type: "string", jsonPath: ".spec.l2.interfaces", priority: 1 },
    {
      name: "Reason",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].message',
      priority: 1
    },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }
  ],
  labels: { "backup.deckhouse.io/cluster-config": "true" }
});

// src/controller/resources.ts
var METAL_LOAD_BALANCER_CLASSES = defineResource({
  group: CLASS_GROUP,
  version: CLASS_VERSION,
  kind: CLASS_KIND,
  plural: CLASS_PLURAL,
  namespaced: false
});
var BOUND_CONDITION = "network.deckhouse.io/load-balancer-class";
var ASSIGNED_CONDITION = "AllPublicIPsAssigned";
var READY_CONDITION = "spreadlb.io/Ready";
var OUR_CONDITIONS = [BOUND_CONDITION, ASSIGNED_CONDITION, READY_CONDITION];
var CLASS_READY_CONDITION = "Ready";
var MEMBER_LABEL = "l2-load-balancer.network.deckhouse.io/member";

// src/controller/words.ts
var SEPARATOR = " \xB7 ";
function problemCondition(type, problems) {
  const [first] = problems;
  const reason = first === void 0 ? "Unknown" : reasonOf2(first.code);
  return { type, status: "False", reason, message: problems.map(describeProblem).join(SEPARATOR) };
}
function newProblemEvents(problems, before, action) {
  const said = new Set(before?.message?.split(SEPARATOR));
  return problems.filter((problem) => !said.has(describeProblem(problem))).map((problem) => warning(problem, action));
}
function warning(problem, action) {
  return {
    type: "Warning",
    reason: reasonOf2(problem.code),
    message: describeProblem(problem),
    action
  };
}
function distinctProblems(...lists) {
  const byText = new Map(lists.flat().map((problem) => [describeProblem(problem), problem]));
  return [...byText.values()];
}

// src/controller/class-status.ts
function planClassStatuses(input) {
  const { world, nowMs, countIntervalMs } = input;
  const services = servicesOf(input.roles);
  const addresses = addressesByClass(world);
  const writes = [];
  const countedAtMs = /* @__PURE__ */ new Map();
  let wakeAtMs = null;
  for (const before of world.classObjects) {
    const { name } = before.metadata;
    const dueAtMs = (input.countedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) + countIntervalMs;
    const counted = { services: services.get(name) ?? 0, addresses: addresses.get(name) ?? [] };
    const planned = planClassStatus(input, before, counted);
    const isWritten = planned !== null && (planned.isUrgent || dueAtMs <= nowMs);
    if (isWritten) writes.push(planned.write);
    else if (planned !== null) wakeAtMs = Math.min(wakeAtMs ?? dueAtMs, dueAtMs);
    if (isWritten) countedAtMs.set(name, nowMs);
    else if (dueAtMs > nowMs) countedAtMs.set(name, dueAtMs - countIntervalMs);
  }
  return { writes, countedAtMs, wakeAtMs };
}
function planClassStatus({ world, nowIso }, before, { services, addresses }) {
  const nodes = world.classes.get(before.metadata.name);
  if (nodes === void 0) return null;
  const problems = world.compiled.problems.get(before.metadata.name) ?? [];
  const wish = problems.length === 0 ? { type: CLASS_READY_CONDITION, status: "True", reason: "Ready", message: ALL_IS_WELL } : problemCondition(CLASS_READY_CONDITION, problems);
  const conditions = before.status?.conditions ?? [];
  const after = setCondition(conditions, wish, nowIso);
  const counters2 = {
    ...addressCounters(nodes.model, countInRanges(nodes.model, addresses)),
    nodes: nodes.eligible.length - nodes.leaving.size,
    services
  };
  const isUrgent = after !== conditions;
  if (!isUrgent && isCounted(before.status, counters2)) return null;
  const said = conditions.find(({ type }) => type === CLASS_READY_CONDITION);
  const events = newProblemEvents(problems, said, "CompileClass");
  const families = { ipv4: null, ipv6: null, ...counters2.addresses };
  const status = { conditions: after, ...counters2, addresses: families };
  return { write: { kind: "class-status", before, status, events }, isUrgent };
}
var ALL_IS_WELL = "All of the class can be used";
function isCounted(status, wanted) {
  const families = ["ipv4", "ipv6"];
  return status?.free === wanted.free && status?.nodes === wanted.nodes && status?.services === wanted.services && families.every((family) => {
    const [is, should] = [status?.addresses?.[family], wanted.addresses?.[family]];
    return is?.total === should?.total && is?.assigned === should?.assigned;
  });
}
function countInRanges({ ranges }, addresses) {
  const assigned = { IPv4: 0, IPv6: 0 };
  const contains = membership(ranges);
  for (const ip of addresses) {
    if (contains(ip)) assigned[ip.includes(":") ? "IPv6" : "IPv4"] += 1;
  }
  return assigned;
}
function servicesOf(roles) {
  const counts = /* @__PURE__ */ new Map();
  for (const role of roles.values()) {
    if (role.kind !== "served") continue;
    counts.set(role.className, (counts.get(role.className) ?? 0) + 1);
  }
  return counts;
}
function addressesByClass({ claimed }) {
  const byClass = /* @__PURE__ */ new Map();
  for (const { ip, object } of claimed.values()) {
    const name = object.spec.class ?? "";
    const known = byClass.get(name);
    if (known === void 0) byClass.set(name, [ip]);
    else known.push(ip);
  }
  return byClass;
}

// src/controller/labels.ts
function planLabels({ classes, nodeObjects }) {
  const members = new Set(
    [...classes.values()].flatMap(({ selected }) => selected.map(({ name }) => name))
  );
  return nodeObjects.flatMap((before) => {
    const { name, labels, deletionTimestamp } = before.metadata;
    const label = labels?.[MEMBER_LABEL];
    const member = members.has(name);
    const isRight = member ? label === "" : label === void 0;
    return isRight || deletionTimestamp !== void 0 ? [] : [{ kind: "node-label", before, member }];
  });
}

// src/controller/looking.ts
var SILENCE_MS_MAX = 7500;
function look(memory, { world, presences }, { nowMs, lookTimeMs }) {
  const times = presences.map(({ heardAtMs }) => heardAtMs);
  const heardMs = times.length === 0 ? null : Math.max(...times);
  const before = memory.heardMs;
  const after = heardMs === null || heardMs === before ? nowMs : heardMs;
  const wasSilent = before !== null && after - before > SILENCE_MS_MAX;
  const begins = memory.lookUntilMs === null && world.claimed.size > 0;
  const lookUntilMs = begins || wasSilent ? nowMs + lookTimeMs : memory.lookUntilMs ?? nowMs;
  return { lookUntilMs, heardMs };
}
function keepRanks({ ranks, moves: moves2 }, { claimed }) {
  const kept = new Map(ranks);
  for (const { ip, object } of claimed.values()) {
    const allowed = ranks.get(ip) ?? [];
    const { rank } = object.spec;
    if (rank.length > 0 && rank.every((node) => allowed.includes(node))) kept.set(ip, rank);
  }
  return {
    ranks: kept,
    moves: moves2.filter(({ address }) => kept.get(address) === ranks.get(address))
  };
}

// src/controller/rank-jobs.ts
function pendingMoves(known, { world, nowMs, pendingTimeMs }) {
  const pending = /* @__PURE__ */ new Map();
  for (const claimed of world.claimed.values()) {
    if (!isUnanswered(claimed)) continue;
    const { generation } = claimed.object.spec;
    const before = known.get(claimed.ip);
    const untilMs = before?.generation === generation ? before.untilMs : nowMs + pendingTimeMs;
    pending.set(claimed.ip, { generation, untilMs });
  }
  return pending;
}
function rankJobs(wanted, pending, { world, nowMs }) {
  const classSplits = /* @__PURE__ */ new Map();
  return [...wanted.values()].map((assignment) => {
    const claimed = world.claimed.get(assignment.ip) ?? world.claiming.get(assignment.ip);
    const reported = claimed?.object.status?.holder ?? null;
    const isPending = (pending.get(assignment.ip)?.untilMs ?? 0) > nowMs;
    return {
      address: assignment.ip,
      group: groupOf(assignment),
      ...splitFor(assignment, { world, classSplits, holder: reported }),
      rank: claimed?.object.spec.rank ?? [],
      holder: isPending ? null : reported,
      balance: world.compiled.classes.get(assignment.className)?.rebalance ?? true
    };
  });
}
function isUnanswered({ object: { spec, status } }) {
  const holder = status?.holder ?? null;
  if (holder === null || holder === spec.rank[0]) return false;
  return (status?.generation ?? -1) < spec.generation;
}
function groupOf({ ip, uses: [first] }) {
  const family = ip.includes(":") ? "IPv6" : "IPv4";
  return `${first?.namespace ?? ""}/${first?.name ?? ""}/${family}`;
}
function splitFor(assignment, { world, classSplits, holder }) {
  const { className, uses } = assignment;
  const local = localServing(uses, world);
  const may = (node) => local.every((nodes) => nodes.has(node.name));
  const ofClass = world.classes.get(className);
  const eligible = ofClass?.eligible.filter(may) ?? [];
  const leaving = ofClass?.leaving ?? NOBODY;
  const isDoubted = (node) => node.present && !node.available;
  if (eligible.some((node) => node.name === holder && isDoubted(node) && !leaving.has(holder))) {
    return split(eligible, leaving, (node) => node.available || node.name === holder);
  }
  const known = local.length === 0 ? classSplits.get(className) : void 0;
  const made = known ?? split(eligible, leaving, (node) => node.available);
  if (local.length === 0) classSplits.set(className, made);
  return made;
}
var NOBODY = /* @__PURE__ */ new Map();
function split(eligible, leaving, isAble) {
  const isLeaving = ({ name }) => leaving.has(name);
  const isHeard = (node) => node.present && !node.lost;
  const tests = [
    (node) => isAble(node) && !isLeaving(node),
    (node) => isHeard(node) && isLeaving(node),
    (node) => isHeard(node) && !isLeaving(node)
  ];
  const able = tests.find((test) => eligible.some(test)) ?? (() => true);
  const mayWait = (node) => !able(node) && (able !== tests[0] || !isLeaving(node));
  const names = (nodes) => nodes.map(({ name }) => name);
  return { candidates: names(eligible.filter(able)), reserves: names(eligible.filter(mayWait)) };
}

// src/controller/quiet.ts
var seenRight = /* @__PURE__ */ new WeakMap();
var stamps = /* @__PURE__ */ new WeakMap();
function isQuiet(service, { role, allocation, world }) {
  if (isLocal(service) || seenRight.get(service) !== stampOf(role, world)) return false;
  const problems = [role.problems, role.request.problems, allocation.problems, allocation.notices];
  if (problems.some((list) => list.length > 0)) return false;
  const listed = listedAddresses(service);
  const places = placesInOrder(allocation, role.request.families);
  if (listed.length !== places.length) return false;
  const key2 = keyOf(service);
  return places.every(({ ip }, index) => {
    if (ip === null || ip !== listed[index]) return false;
    return world.claimed.get(ip)?.services.includes(key2) ?? false;
  });
}
function rememberRight(service, role, world) {
  seenRight.set(service, stampOf(role, world));
}
function stampOf({ className }, { classes }) {
  const nodes = classes.get(className);
  if (nodes === void 0) return "";
  const known = stamps.get(nodes);
  if (known !== void 0) return known;
  const { selected, eligible, hasSpeaker } = nodes;
  const stamp = `${className} ${selected.length > 0} ${eligible.length > 0} ${hasSpeaker}`;
  stamps.set(nodes, stamp);
  return stamp;
}

// src/classes/choose.ts
function chooseClass(input) {
  const { classes, boundClass, loadBalancerClass, annotation, defaultClass } = input;
  const exists = (name) => isNamed(name) && classes.has(name);
  if (isNamed(loadBalancerClass) && !exists(loadBalancerClass)) {
    return loadBalancerClass === boundClass ? { kind: "none", problems: [missing(loadBalancerClass)] } : { kind: "foreign" };
  }
  for (const name of [boundClass, loadBalancerClass, annotation]) {
    if (isNamed(name) && exists(name)) return { kind: "class", name, problems: [] };
  }
  const problems = isNamed(annotation) ? [unknown(annotation, defaultClass)] : [];
  if (defaultClass !== null) return { kind: "class", name: defaultClass, problems };
  if (problems.length === 0 && isNamed(boundClass)) problems.push(missing(boundClass));
  return { kind: "none", problems };
}
function isNamed(name) {
  return name !== null && name !== void 0 && name !== "";
}
function missing(name) {
  return { code: "CLASS_MISSING", message: `The class "${name}" does not exist any more` };
}
function unknown(name, defaultClass) {
  const instead = defaultClass === null ? "" : `; the default class "${defaultClass}" serves it`;
  return { code: "CLASS_UNKNOWN", message: `There is no class "${name}"${instead}` };
}

// src/controller/roles.ts
function rolesOf(world) {
  const holders = new Set([...world.claimed.values()].flatMap(({ services }) => services));
  const roles = /* @__PURE__ */ new Map();
  for (const [key2, service] of world.services) {
    const role = roleOf(service, { world, isMarked: isMarked(service) || holders.has(key2) });
    if (role !== void 0) roles.set(key2, role);
  }
  return roles;
}
function boundClassOf(service) {
  const bound = service.status?.conditions?.find(({ type }) => type === BOUND_CONDITION);
  return bound?.status === "True" ? bound.message : null;
}
function isMarked(service) {
  return service.status?.conditions?.some(({ type }) => type === READY_CONDITION) ?? false;
}
function roleOf(service, { world, isMarked: isMarked2 }) {
  const released = isMarked2 ? { kind: "released" } : void 0;
  if (!isLive(service)) return released;
  const choice = chooseClass({
    boundClass: boundClassOf(service),
    loadBalancerClass: service.spec?.loadBalancerClass,
    annotation: service.metadata.annotations?.[CLASS_ANNOTATION],
    classes: world.compiled.classes,
    defaultClass: world.compiled.defaultClass
  });
  if (choice.kind === "foreign") return released;
  if (choice.kind === "class") {
    const { name: className, problems: problems2 } = choice;
    return { kind: "served", className, request: requestOf(service), problems: problems2 };
  }
  if (choice.problems.length === 0 && !isMarked2) return void 0;
  const problems = choice.problems.length > 0 ? choice.problems : [NO_CLASS];
  return { kind: "unserved", request: requestOf(service), problems };
}
var NO_CLASS = {
  code: "CLASS_MISSING",
  message: "The class that served the Service is gone, and there is no default class"
};
function isLive({ metadata, spec }) {
  return spec?.type === "LoadBalancer" && metadata.deletionTimestamp === void 0;
}
var requestOf = onceForEach(({ metadata, spec }) => {
  return parseRequest({
    annotations: metadata.annotations,
    ipFamilies: spec?.ipFamilies,
    ipFamilyPolicy: spec?.ipFamilyPolicy,
    clusterIPs: spec?.clusterIPs
  });
});

// src/controller/node-problems.ts
function nodeProblems(service, className, world) {
  const nodes = world.classes.get(className);
  if (nodes === void 0 || nodes.eligible.length === 0) {
    const count = nodes?.selected.length ?? 0;
    const message = count === 0 ? `No node has the labels of class "${className}"` : `All ${count} nodes of class "${className}" are excluded, without network or being deleted`;
    return [{ code: "NO_NODES", message }];
  }
  if (!nodes.hasSpeaker) {
    const message = `No speaker runs on the nodes of class "${className}"`;
    return [{ code: "NO_SPEAKER", message }];
  }
  if (!isLocal(service)) return [];
  const serving = world.serving.get(keyOf(service));
  if (!nodes.eligible.some(({ name }) => serving?.has(name))) {
    const message = `No node of class "${className}" has a serving endpoint of the Service`;
    return [{ code: "NO_SERVING_ENDPOINT", message }];
  }
  return [];
}

// src/controller/service-status.ts
var ACTION = "AssignAddresses";
function planServedStatus(input, role, allocation) {
  const { service, world } = input;
  const places = placesInOrder(allocation, role.request.families);
  const listed = new Set(listedAddresses(service));
  const promised = promisedAddresses(input, role, places, listed);
  const kept = promised.filter((ip) => listed.has(ip)).length;
  const isComplete = promised.length === places.length && places.length > 0;
  const problems = distinctProblems(
    role.problems,
    role.request.problems,
    allocation.problems,
    nodeProblems(service, role.className, world)
  );
  const total = places.length || countWanted(role);
  const ready = isComplete ? wellCondition(promised.length) : pendingCondition(promised.length, total);
  const conditions = withConditions(input, [
    ...boundCondition(service, role.className, world),
    assignedCondition(promised.length, total),
    problems.length > 0 ? problemCondition(READY_CONDITION, problems) : ready
  ]);
  const ingress = ingressPatch(service, promised);
  const isNews = isComplete && (ingress !== void 0 || !isAssigned(service));
  const events = [
    ...newProblemEvents(problems, conditionOf2(service, READY_CONDITION), ACTION),
    ...kept < listed.size ? allocation.notices.map((notice) => warning(notice, ACTION)) : [],
    ...isNews ? [assignedEvent(promised, role.className)] : []
  ];
  const isUnderWay = problems.every((problem) => problem.code !== "NO_NODES");
  const mayWait = isUnderWay && kept === listed.size && hasClaimsToCome(places, promised);
  return { ...changes({ conditions, ingress }, events), mayWait, problems, isComplete };
}
function planUnservedStatus(input, role) {
  const { service } = input;
  const wasServed = conditionOf2(service, ASSIGNED_CONDITION)?.message.startsWith("0 of ") === false;
  const { problems } = role;
  const conditions = withConditions(input, [
    assignedCondition(0, countWanted(role)),
    problemCondition(READY_CONDITION, problems)
  ]);
  const ingress = wasServed ? ingressPatch(service, []) : withoutOurs(input);
  const events = newProblemEvents(problems, conditionOf2(service, READY_CONDITION), ACTION);
  return {
    ...changes({ conditions, ingress }, events),
    mayWait: false,
    problems,
    isComplete: false
  };
}
function planReleasedStatus(input) {
  const before = input.service.status?.conditions;
  let after = before ?? [];
  for (const type of OUR_CONDITIONS) after = removeCondition(after, type);
  const conditions = after.length === (before?.length ?? 0) ? void 0 : after;
  const patch = { conditions, ingress: withoutOurs(input) };
  return { ...changes(patch, []), mayWait: false, problems: [], isComplete: true };
}
function changes({ conditions, ingress }, events) {
  const status = {
    ...ingress === void 0 ? {} : { loadBalancer: { ingress } },
    ...conditions === void 0 ? {} : { conditions }
  };
  return { status, events, isChange: ingress !== void 0 || conditions !== void 0 };
}
function promisedAddresses({ service, world }, { className }, places, listed) {
  const eligible = world.classes.get(className)?.eligibleNames;
  if (eligible === void 0 || eligible.size === 0) return [];
  const key2 = keyOf(service);
  return places.flatMap(({ ip }) => {
    if (ip === null) return [];
    const claimed = world.claimed.get(ip);
    if (claimed === void 0) return listed.has(ip) ? [ip] : [];
    if (!claimed.services.includes(key2)) return [];
    const isRanked = claimed.object.spec.rank.some((node) => eligible.has(node));
    return listed.has(ip) || isRanked || isLocal(service) ? [ip] : [];
  });
}
function hasClaimsToCome(places, promised) {
  return places.some(({ ip }) => ip !== null && !promised.includes(ip));
}
function countWanted({ request }) {
  return (request.countPerFamily ?? 1) * request.families.length;
}
function ingressPatch({ status }, wanted) {
  const listed = status?.loadBalancer?.ingress ?? [];
  const isSame4 = listed.length === wanted.length && listed.every(({ ip, hostname }, index) => {
    return hostname === void 0 && ip !== void 0 && parseIp2(ip) === wanted[index];
  });
  if (isSame4) return void 0;
  return wanted.length === 0 ? null : wanted.map((ip) => ({ ip }));
}
function withoutOurs({ service, world }) {
  const listed = service.status?.loadBalancer?.ingress ?? [];
  const key2 = keyOf(service);
  const left = listed.filter(({ ip = "" }) => {
    const address = parseIp2(ip);
    return address === void 0 || world.claimed.get(address)?.services.includes(key2) !== true;
  });
  if (left.length === listed.length) return void 0;
  return left.length === 0 ? null : left;
}
function withConditions({ service, nowIso }, wishes) {
  const before = service.status?.conditions ?? [];
  let after = before;
  for (const wish of wishes) after = setCondition(after, wish, nowIso);
  return after === before ? void 0 : after;
}
function boundCondition(service, className, world) {
  const bound = boundClassOf(service);
  const hasNodes = (world.classes.get(className)?.selected.length ?? 0) > 0;
  if (bound === className || bound === null && !hasNodes) return [];
  const [status, reason] = ["True", "LoadBalancerClassBound"];
  return [{ type: BOUND_CONDITION, status, reason, message: className }];
}
function assignedCondition(count, total) {
  const isAll = count === total && total > 0;
  return {
    type: ASSIGNED_CONDITION,
    status: isAll ? "True" : "False",
    reason: isAll ? "AllIPsAssigned" : "NotAllIPsAssigned",
    message: `${count} of ${total} public IPs were assigned`
  };
}
function wellCondition(count) {
  const message = count === 1 ? "The address is assigned" : `All ${count} addresses are assigned`;
  return { type: READY_CONDITION, status: "True", reason: "AddressesAssigned", message };
}
function pendingCondition(count, total) {
  const message = `${count} of ${total} addresses are assigned, the others are being claimed`;
  return { type: READY_CONDITION, status: "False", reason: "AddressesPending", message };
}
function assignedEvent(addresses, className) {
  const message = `Assigned ${addresses.join(", ")} of class "${className}"`;
  return { type: "Normal", reason: "AddressesAssigned", message, action: ACTION };
}
function isAssigned(service) {
  return conditionOf2(service, ASSIGNED_CONDITION)?.status === "True";
}
function conditionOf2(service, type) {
  return service.status?.conditions?.find((condition2) => condition2.type === type);
}

// src/controller/settling.ts
var WATCH_INTERVAL_MS = 1e3;
function settle2(world, memory, options) {
  const { nowMs, settlingTimeMs, moveIntervalMs } = options;
  const nodesKey = keyOfNodes(world);
  const nodesSinceMs = nodesKey === memory.nodesKey ? memory.nodesSinceMs : nowMs;
  const settledAtMs = Math.max(nodesSinceMs + settlingTimeMs, memory.nextMoveAtMs);
  const movesMax = settledAtMs <= nowMs ? 1 : 0;
  const nextMoveAtMs = (moves2) => {
    if (moves2.some(({ reason }) => reason === "follow-holder")) return nowMs + settlingTimeMs;
    return moves2.some(isVoluntary) ? nowMs + moveIntervalMs : memory.nextMoveAtMs;
  };
  return {
    movesMax,
    afterMoves: (moves2) => ({
      ...memory,
      nodesKey,
      nodesSinceMs,
      nextMoveAtMs: nextMoveAtMs(moves2)
    }),
    wakeAtMs(moves2) {
      const isDoubted = world.nodes.some((node) => node.present && !node.available);
      const watchAtMs = isDoubted ? nowMs + WATCH_INTERVAL_MS : Number.POSITIVE_INFINITY;
      const mayMoveAtMs = Math.max(nodesSinceMs + settlingTimeMs, nextMoveAtMs(moves2));
      const moveAtMs = mayMoveAtMs > nowMs ? mayMoveAtMs : Number.POSITIVE_INFINITY;
      const wake = Math.min(watchAtMs, moveAtMs);
      return Number.isFinite(wake) ? wake : null;
    }
  };
}
function isVoluntary({ reason }) {
  return reason === "balance" || reason === "spread";
}
function keyOfNodes({ nodes, classes }) {
  const eligible = [...classes.values()].map(({ model, eligible: eligible2, leaving }) => {
    const staying = eligible2.filter(({ name }) => !leaving.has(name));
    return `${model.name}=${staying.map(({ name }) => name).join(",")}`;
  });
  const heard = nodes.filter((node) => node.present && !node.lost).map(({ name, joinedAt }) => `${name} ${joinedAt ?? ""}`);
  return JSON.stringify([heard, eligible]);
}

// src/multi-ip/kind.ts
var VIRTUAL_IPS = defineResource({
  group: "spreadlb.io",
  version: "v1alpha1",
  kind: "VirtualIP",
  plural: "virtualips",
  namespaced: false
});

// src/multi-ip/move-reason.ts
var MOVE_REASONS = {
  first: "it was placed for the first time",
  "node-lost": "the node that held it was lost, or may hold it no longer",
  "follow-holder": "the plan follows the node that answers already",
  spread: "two addresses of its Service were on one node while another node had none",
  balance: "it lowers the difference between the numbers of addresses on the nodes",
  plan: "a newer plan ranks another node first",
  "returned-after-loss": "its holder had lost it, and no other node was left to hold it",
  "speaker-stopped": "the speaker that held it was stopped, and handed it over first",
  "interface-lost": "the node that held it has no usable interface for it any more",
  "gate-closed": "the node that held it said that it cannot forward: its kube-proxy is not healthy",
  "partition-mended": "two sides answered while they did not hear each other, and one gave way",
  "no-node": "no node is left that may hold it",
  drained: "the node that held it was drained",
  cordoned: "the node that held it was cordoned, and the class lets its addresses leave then",
  "out-of-service": "the node that held it wears the taint node.kubernetes.io/out-of-service",
  excluded: "the node that held it was excluded by its label",
  "not-selected": "the node that held it has no longer the labels of the class",
  "being-deleted": "the node that held it was deleted",
  "network-unavailable": "the node that held it has its network unavailable",
  "no-serving-endpoint": "the node that held it has no serving endpoint any more (policy Local)"
};
function describeMoveReason(reason) {
  return reason in MOVE_REASONS ? MOVE_REASONS[reason] : reason;
}

// src/controller/virtual-ips.ts
function planVirtualIps(world, { wanted, heldBack: heldBack2 }, { ranks, moves: moves2, generation: known }) {
  const newest = newestGeneration(world, known);
  const moveOf = new Map(moves2.map((move2) => [move2.address, move2]));
  const generation = newest + 1;
  const writes = [];
  for (const [ip, assignment] of wanted) {
    const uses = [...assignment.uses, ...heldBack2.get(ip) ?? []].sort(compareUses);
    const before = world.claimed.get(ip)?.object;
    const cause = moveOf.get(ip)?.reason;
    const rank = ranks.get(ip) ?? [];
    const spec = {
      ...specOf({ ...assignment, uses }, { world, rank }),
      ...cause === void 0 ? {} : { cause }
    };
    if (before === void 0) writes.push(creation({ ...spec, generation }));
    else writes.push(...update(before, { ...spec, generation }, moveOf.get(ip)));
  }
  const isChanged = writes.length > 0;
  for (const { ip, object } of world.claimed.values()) {
    if (wanted.has(ip) || heldBack2.has(ip)) continue;
    writes.push({ kind: "delete-virtual-ip", before: object });
  }
  for (const before of world.malformed) writes.push({ kind: "delete-virtual-ip", before });
  return { writes, generation: isChanged ? generation : newest };
}
function newestGeneration({ claimed }, known) {
  let newest = known;
  for (const { object } of claimed.values()) newest = Math.max(newest, object.spec.generation);
  return newest;
}
function specOf({ ip, className, uses }, { world, rank }) {
  const model = world.compiled.classes.get(className);
  return {
    address: ip,
    services: uses,
    pool: model?.pool ?? null,
    class: className,
    mode: model?.mode ?? "L2",
    interfaces: model?.interfaces ?? [],
    rank
  };
}
function creation(spec) {
  const object = {
    apiVersion: apiVersionOf(VIRTUAL_IPS),
    kind: VIRTUAL_IPS.kind,
    metadata: { name: virtualIpName(spec.address) },
    spec
  };
  return { kind: "create-virtual-ip", object };
}
function update(before, { generation, ...wanted }, move2) {
  const fields = Object.keys(wanted);
  const differing = fields.filter((field) => !isSame2(before.spec[field], wanted[field]));
  if (differing.length === 0) return [];
  const changes2 = Object.fromEntries(differing.map((field) => [field, wanted[field]]));
  const spec = { ...changes2, generation };
  if (move2 === void 0) return [{ kind: "update-virtual-ip", before, spec, events: [] }];
  return [{ kind: "update-virtual-ip", before, spec, move: move2, events: moveEvents(move2, generation) }];
}
function moveEvents({ from, to, reason }, generation) {
  if (from === null || reason === "first" || reason === "follow-holder") return [];
  const instead = to === null ? `ranks no node instead of ${from}` : `ranks ${to} first, and no longer ${from}`;
  const message = `Plan ${generation} ${instead} (${reason}): ${describeMoveReason(reason)}`;
  return [{ type: "Normal", reason: "PlannedMove", message, action: "RankNodes" }];
}
function isSame2(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return (a ?? null) === (b ?? null);
  return a.length === b.length && a.every((item, index) => isSameItem(item, b[index]));
}
function isSameItem(a, b) {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  const [one, other] = [a, b];
  return compareUses(one, other) === 0 && one.index === other.index;
}

// src/controller/writes.ts
var WRITE_ORDER = [
  "create-virtual-ip",
  "delete-virtual-ip",
  "update-virtual-ip",
  "service-status",
  "node-label",
  "class-status"
];
function writeKey(write) {
  switch (write.kind) {
    case "create-virtual-ip":
      return `virtualip/${keyOf(write.object)}`;
    case "update-virtual-ip":
    case "delete-virtual-ip":
      return `virtualip/${keyOf(write.before)}`;
    case "service-status":
      return `service/${keyOf(write.before)}`;
    case "node-label":
      return `node/${keyOf(write.before)}`;
    case "class-status":
      return `class/${keyOf(write.before)}`;
  }
}

// src/controller/plan.ts
var PLAN_OPTIONS = {
  settlingTimeMs: 6e4,
  moveIntervalMs: 1e3,
  pendingTimeMs: 1e4,
  lookTimeMs: 8e3,
  waitTimeMs: 1e3,
  countIntervalMs: 1e3
};
function plan(snapshot, memory, { nowMs, nowIso, ...options }) {
  const world = observe(snapshot, { nowMs, settlingTimeMs: options.settlingTimeMs });
  const roles = rolesOf(world);
  const assignments = assign(world, roles);
  const pending = pendingMoves(memory.pending, { world, nowMs, ...options });
  const settled = settle2(world, memory, { nowMs, ...options });
  const { presences } = snapshot;
  const looking = look(memory, { world, presences }, { nowMs, ...options });
  const looks = nowMs < looking.lookUntilMs;
  const fresh = rankAll(rankJobs(assignments.wanted, pending, { world, nowMs, ...options }), {
    rebalanceMovesMax: looks ? 0 : settled.movesMax
  });
  const ranked = looks ? keepRanks(fresh, world) : fresh;
  const { moves: moves2, ranks } = {
    ...ranked,
    moves: withCauses(ranked.moves, assignments.wanted, world)
  };
  const { generation: known } = memory;
  const virtualIps = planVirtualIps(world, assignments, { ranks, moves: moves2, generation: known });
  const statuses = planStatuses({ world, nowIso }, { roles, assignments, memory, nowMs, options });
  const classes = planClassStatuses({
    ...{ world, roles, nowMs, nowIso },
    countIntervalMs: options.countIntervalMs,
    countedAtMs: memory.countedAtMs
  });
  const writes = [
    ...virtualIps.writes,
    ...statuses.writes,
    ...planLabels(world),
    ...classes.writes
  ];
  const { generation } = virtualIps;
  const after = settled.afterMoves(moves2);
  return {
    writes: inOrder2(writes),
    memory: {
      ...after,
      ...looking,
      generation,
      pending,
      waiting: statuses.waiting,
      countedAtMs: classes.countedAtMs
    },
    wakeAtMs: earliest([
      nextStaleAtMs(snapshot.presences, nowMs),
      looks ? looking.lookUntilMs : null,
      settled.wakeAtMs(moves2),
      ...wakesOf(pending, nowMs),
      ...[...statuses.waiting.values()].map((sinceMs) => sinceMs + options.waitTimeMs),
      classes.wakeAtMs
    ]),
    figures: {
      generation: newestGeneration(world, generation),
      ...statuses.figures,
      virtualIps: world.claimed.size,
      problems: countProblems(statuses.problems, world),
      world
    }
  };
}
function planStatuses(input, { roles, assignments, memory, nowMs, options }) {
  const writes = [];
  const waiting = /* @__PURE__ */ new Map();
  const problems = [];
  const figures = { servicesReady: 0, servicesWaiting: 0 };
  for (const [key2, role] of roles) {
    const before = input.world.services.get(key2);
    if (before === void 0) continue;
    const allocation = assignments.allocations.get(key2) ?? NOTHING;
    const { world } = input;
    if (role.kind === "served" && isQuiet(before, { role, allocation, world })) {
      figures.servicesReady++;
      continue;
    }
    const status = planStatus({ ...input, service: before }, role, allocation);
    if (role.kind !== "released")
      figures[status.isComplete ? "servicesReady" : "servicesWaiting"]++;
    problems.push(...status.problems);
    if (!status.isChange) {
      const isRight = status.isComplete && status.problems.length === 0;
      if (isRight && role.kind === "served") rememberRight(before, role, world);
      continue;
    }
    const sinceMs = memory.waiting.get(key2) ?? nowMs;
    if (status.mayWait && nowMs < sinceMs + options.waitTimeMs) waiting.set(key2, sinceMs);
    else {
      const { status: patch, events } = status;
      writes.push({ kind: "service-status", before, status: patch, events });
    }
  }
  return { writes, waiting, problems, figures };
}
var NOTHING = { places: {}, problems: [], notices: [] };
function planStatus(input, role, allocation) {
  if (role.kind === "released") return planReleasedStatus(input);
  if (role.kind === "unserved") return planUnservedStatus(input, role);
  return planServedStatus(input, role, allocation);
}
function inOrder2(writes) {
  return WRITE_ORDER.flatMap((kind) => writes.filter((write) => write.kind === kind));
}
function wakesOf(pending, nowMs) {
  return [...pending.values()].map(({ untilMs }) => untilMs).filter((time) => time > nowMs);
}
function earliest(times) {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
function countProblems(problems, { compiled }) {
  const counts = /* @__PURE__ */ new Map();
  for (const { code } of [...problems, ...[...compiled.problems.values()].flat()]) {
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts;
}

// test/controller/model-cluster.ts
var START_MS = Date.parse("2026-01-01T00:00:00Z");
var ModelCluster = class {
  services = /* @__PURE__ */ new Map();
  classes = /* @__PURE__ */ new Map();
  nodes = /* @__PURE__ */ new Map();
  slices = /* @__PURE__ */ new Map();
  virtualIps = /* @__PURE__ */ new Map();
  presences = /* @__PURE__ */ new Map();
  claiming = /* @__PURE__ */ new Map();
  memory = emptyMemory();
  nowMs = 0;
  #version = 0;
  get nowIso() {
    return isoSeconds(START_MS + this.nowMs);
  }
  addClass(name, spec) {
    const before = this.classes.get(name);
    const metadata = before?.metadata ?? this.#created({ name });
    this.#put(this.classes, { ...before, metadata, ...spec ? { spec } : {} });
  }
  addNode(name, labels = {}, more = {}) {
    const before = this.nodes.get(name);
    const member = before?.metadata.labels?.[MEMBER_LABEL];
    const all = member === void 0 ? labels : { ...labels, [MEMBER_LABEL]: member };
    const metadata = { ...before?.metadata ?? this.#created({ name }), labels: all };
    this.#put(this.nodes, { ...more, metadata });
  }
  /** The speaker of a node starts, or renews its Lease. */
  hear(node, more = {}) {
    const acquireTime = this.presences.get(node)?.lease.spec?.acquireTime ?? this.nowIso;
    const spec = {
      holderIdentity: node,
      leaseDurationSeconds: 15,
      acquireTime,
      renewTime: this.nowIso,
      ...more
    };
    const lease = { metadata: { name: `spreadlb-speaker-${node}` }, spec };
    this.presences.set(node, { lease, heardAtMs: this.nowMs });
  }
  addService(name, wishes = {}) {
    const [namespace, key2] = ["default", `default/${name}`];
    const before = this.services.get(key2);
    const { count, loadBalancerClass, families = ["IPv4"], policy = "Cluster" } = wishes;
    const annotations = {
      ...count === void 0 ? {} : { [COUNT_ANNOTATION]: String(count) },
      ...wishes.annotations
    };
    const status = wishes.status ?? before?.status;
    const type = wishes.type ?? "LoadBalancer";
    const kept = type === "LoadBalancer" ? status : without(status, "loadBalancer");
    this.#put(this.services, {
      metadata: { ...before?.metadata ?? this.#created({ name, namespace }), annotations },
      spec: {
        type,
        ipFamilies: families,
        ipFamilyPolicy: families.length > 1 ? "RequireDualStack" : "SingleStack",
        ...loadBalancerClass === void 0 ? {} : { loadBalancerClass },
        externalTrafficPolicy: policy
      },
      ...kept ? { status: kept } : {}
    });
  }
  wipeStatus(name) {
    const { metadata, spec } = this.service(name);
    this.#put(this.services, { metadata, ...spec ? { spec } : {} });
  }
  /** Endpoints of a Service that serve, one for each node named. */
  setEndpoints(service, nodes) {
    this.#put(this.slices, {
      metadata: {
        name: service,
        namespace: "default",
        labels: { "kubernetes.io/service-name": service }
      },
      addressType: "IPv4",
      endpoints: nodes.map((nodeName) => ({ addresses: ["10.0.0.1"], nodeName }))
    });
  }
  service(name) {
    const service = this.services.get(`default/${name}`);
    if (service === void 0) throw new Error(`no Service ${name}`);
    return service;
  }
  addresses(name) {
    const ingress = this.service(name).status?.loadBalancer?.ingress ?? [];
    return ingress.map(({ ip = "?" }) => ip);
  }
  condition(name, type) {
    const found = this.service(name).status?.conditions?.find((one) => one.type === type);
    return found && `${found.status} ${found.reason}: ${found.message}`;
  }
  virtualIp(address) {
    return [...this.virtualIps.values()].find(({ spec }) => spec.address === address);
  }
  /** What the speakers report who hold what they are ranked first for, and can be heard. */
  report() {
    for (const before of this.virtualIps.values()) {
      const { rank, generation } = before.spec;
      const holder = rank.find((node) => this.#isHeard(node)) ?? null;
      const { status } = before;
      if (status?.holder === holder && status.generation === generation) continue;
      const from = status?.holder ?? null;
      const why = from !== null && this.#isHeard(from) ? "plan" : "node-lost";
      const reason = from === null ? "first" : why;
      const moved = holder !== from && holder !== null;
      const move2 = moved ? { lastMove: { from, to: holder, at: this.nowIso, reason } } : {};
      this.#put(this.virtualIps, { ...before, status: { ...status, holder, generation, ...move2 } });
    }
  }
  snapshot() {
    return {
      services: [...this.services.values()],
      classes: [...this.classes.values()],
      nodes: [...this.nodes.values()],
      slices: [...this.slices.values()],
      virtualIps: [...this.virtualIps.values()],
      presences: [...this.presences.values()],
      claiming: [...this.claiming.values()]
    };
  }
  plan() {
    const made = plan(this.snapshot(), this.memory, {
      ...PLAN_OPTIONS,
      nowMs: this.nowMs,
      nowIso: this.nowIso
    });
    this.memory = made.memory;
    return made;
  }
  /** Plans and writes until nothing is to do, now or in a moment; @returns every write, in order */
  converge(passesMax = 30) {
    const done = [];
    const endMs = this.nowMs + 2 * PLAN_OPTIONS.waitTimeMs;
    for (let pass = 0; pass < passesMax; pass++) {
      const { writes, wakeAtMs } = this.plan();
      for (const write of writes) if (this.apply(write)) done.push(write);
      if (writes.length > 0) continue;
      if (wakeAtMs === null || wakeAtMs > endMs) return done;
      this.nowMs = wakeAtMs;
    }
    throw new Error(`still writing after ${passesMax} passes`);
  }
  restartController() {
    this.claiming.clear();
    this.memory = emptyMemory();
  }
  /** @returns false where the API server refuses: another version, another object, none */
  apply(write) {
    switch (write.kind) {
      case "create-virtual-ip": {
        if (this.virtualIps.has(write.object.metadata.name)) return false;
        const metadata = this.#created(write.object.metadata);
        this.#put(this.virtualIps, { ...write.object, metadata });
        return true;
      }
      case "update-virtual-ip":
        return this.#patch(this.virtualIps, write.before, (object) => ({
          ...object,
          spec: { ...object.spec, ...write.spec }
        }));
      case "delete-virtual-ip":
        return this.virtualIps.delete(write.before.metadata.name);
      case "service-status":
        return this.#patch(this.services, write.before, (object) => {
          const ingress = write.status.loadBalancer?.ingress;
          const listed = ingress?.map((entry) => ({ ...entry, ipMode: "VIP" }));
          return {
            ...object,
            status: {
              ...object.status,
              ...ingress === void 0 ? {} : { loadBalancer: listed ? { ingress: listed } : {} },
              ...write.status.conditions ? { conditions: write.status.conditions } : {}
            }
          };
        });
      case "node-label": {
        const labels = without(write.before.metadata.labels, MEMBER_LABEL);
        const all = { ...labels, ...write.member ? { [MEMBER_LABEL]: "" } : {} };
        return this.#patch(this.nodes, write.before, (object) => ({
          ...object,
          metadata: { ...object.metadata, labels: all }
        }));
      }
      case "class-status":
        return this.#patch(this.classes, write.before, (object) => ({
          ...object,
          status: { ...object.status, ...write.status }
        }));
    }
  }
  #isHeard(node) {
    const presence = this.presences.get(node);
    return presence !== void 0 && this.nowMs - presence.heardAtMs < 15e3;
  }
  #patch(objects, before, change) {
    const object = objects.get(keyOf(before));
    if (object?.metadata.resourceVersion !== before.metadata.resourceVersion) return false;
    if (object === void 0) return false;
    this.#put(objects, change(object));
    return true;
  }
  #put(objects, object) {
    const resourceVersion = String(++this.#version);
    objects.set(keyOf(object), { ...object, metadata: { ...object.metadata, resourceVersion } });
  }
  #created(metadata) {
    this.#version++;
    const creationTimestamp = isoSeconds(START_MS + this.#version * 1e3);
    return { ...metadata, uid: `uid-${this.#version}`, creationTimestamp };
  }
};
function without(object, name) {
  const kept = Object.entries(object ?? {}).filter(([key2]) => key2 !== name);
  return Object.fromEntries(kept);
}

// src/base/mac.ts
var MAC_BYTES = 6;
var MAC_BROADCAST = "ff:ff:ff:ff:ff:ff";
var MAC_ZERO = "00:00:00:00:00:00";
function macFromBytes(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
function macToBytes(mac) {
  return Uint8Array.from(mac.split(":"), (pair) => Number.parseInt(pair, 16));
}

// src/base/bytes.ts
import assert4 from "node:assert/strict";
var ByteReader = class {
  #bytes;
  #offset = 0;
  constructor(bytes) {
    this.#bytes = bytes;
  }
  get left() {
    return this.#bytes.length - this.#offset;
  }
  take(count) {
    assert4(count <= this.left, "reads past the end: the codec did not check the length");
    this.#offset += count;
    return this.#bytes.subarray(this.#offset - count, this.#offset);
  }
  u8() {
    return this.uint(1);
  }
  u16() {
    return this.uint(2);
  }
  u32() {
    return this.uint(4);
  }
  /** @param size bytes, at most 6: what a double holds exactly */
  uint(size) {
    assert4(size <= this.left, "reads past the end: the codec did not check the length");
    let value = 0;
    for (const end = this.#offset + size; this.#offset < end; this.#offset++) {
      value = value * 256 + (this.#bytes[this.#offset] ?? 0);
    }
    return value;
  }
  mac() {
    return macFromBytes(this.take(MAC_BYTES));
  }
  ipv4() {
    return ipFromBytes(this.take(4));
  }
  ipv6() {
    return ipFromBytes(this.take(16));
  }
};
function concatBytes(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
function uintBytes(value, size) {
  assert4(Number.isSafeInteger(value) && value >= 0 && value < 256 ** size, `${value} > ${size} B`);
  const out = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) {
    out[i] = rest % 256;
  }
  return out;
}

// src/base/decoded.ts
function fault(name) {
  return { ok: false, fault: name };
}
function decoded(value) {
  return { ok: true, value };
}

// src/speaker/wire/arp.ts
var ARP_BYTES = 28;
function decodeArp(payload) {
  if (payload.length < ARP_BYTES) return fault("arp-too-short");
  const r = new ByteReader(payload);
  if (r.u16() !== 1) return fault("arp-not-ethernet");
  if (r.u16() !== 2048) return fault("arp-not-ipv4");
  if (r.u16() !== 1540) return fault("arp-bad-length");
  const code = r.u16();
  if (code !== 1 && code !== 2) return fault("arp-unknown-operation");
  const operation = code === 1 ? "request" : "reply";
  const [senderMac, senderIp, targetMac, targetIp] = [r.mac(), r.ipv4(), r.mac(), r.ipv4()];
  return decoded({ operation, senderMac, senderIp, targetMac, targetIp });
}
function encodeArp(packet) {
  return concatBytes(
    uintBytes(1, 2),
    // ar$hrd
    uintBytes(2048, 2),
    // ar$pro
    uintBytes(1540, 2),
    // ar$hln, ar$pln
    uintBytes(packet.operation === "request" ? 1 : 2, 2),
    // ar$op
    macToBytes(packet.senderMac),
    ipToBytes(packet.senderIp),
    macToBytes(packet.targetMac),
    ipToBytes(packet.targetIp)
  );
}

// src/speaker/wire/ethernet.ts
var ETHER_TYPE_ARP = 2054;
var ETHER_TYPE_IPV6 = 34525;
var HEADER_BYTES = 14;
function decodeEthernet(bytes) {
  if (bytes.length < HEADER_BYTES) return fault("ethernet-too-short");
  const r = new ByteReader(bytes);
  const [destination, source, etherType] = [r.mac(), r.mac(), r.u16()];
  return decoded({ destination, source, etherType, payload: r.take(r.left) });
}
function encodeEthernet(frame) {
  return concatBytes(
    macToBytes(frame.destination),
    macToBytes(frame.source),
    uintBytes(frame.etherType, 2),
    frame.payload
  );
}

// test/sim/rules/fact.ts
function nodesOf2(mask) {
  const names = [];
  for (let i = 0; i < 16; i++) if (mask >> i & 1) names.push(`n${i + 1}`);
  return names.length === 0 ? "nobody" : names.join(" and ");
}
function countOf(mask) {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
function seconds(ms) {
  return `${(ms / 1e3).toFixed(3)} s`;
}

// test/sim/client.ts
var LOCKTIME_MS = 1e3;
var LOOK_INTERVAL_MS = 1500;
var LOOKS_TO_A_QUESTION = 4;
var REACHABLE_MS = 3e4;
var CLAIM_INTERVAL_MS = 1500;
var CLIENT_MAC = "02:00:00:00:01:00";
var CLIENT_IP = "192.0.2.200";
var STRANGER_MAC = "02:00:00:00:02:00";
var SENDER_MAC_AT = 14 + 8;
var Client = class {
  #world;
  #cache = /* @__PURE__ */ new Map();
  #questions = /* @__PURE__ */ new Map();
  #claimed = /* @__PURE__ */ new Map();
  #looks = 0;
  constructor(world) {
    this.#world = world;
  }
  begin() {
    this.#later(LOOK_INTERVAL_MS, () => {
      this.#looks++;
      for (const address of this.#world.observer.addresses) {
        this.#look(address);
        if (this.#looks % LOOKS_TO_A_QUESTION === 0) this.#ask(address);
      }
      this.begin();
    });
  }
  announced(node, address) {
    if (!this.#reaches(node)) return;
    const nowMs = this.#world.nowMs();
    const entry = this.#cache.get(address);
    if (entry !== void 0 && entry.node !== node.index && nowMs - entry.learnedMs < LOCKTIME_MS) {
      return;
    }
    this.#cache.set(address, { node: node.index, learnedMs: nowMs, excused: false });
  }
  /** Begins or ceases to claim the address of that number, where there is one. */
  stranger(index, begins) {
    const address = this.#world.observer.addresses[index];
    if (address === void 0) return;
    const count = (this.#claimed.get(address) ?? 0) + (begins ? 1 : -1);
    this.#claimed.set(address, count);
    if (begins && count === 1) this.#claim(address);
  }
  #claim(address) {
    if ((this.#claimed.get(address) ?? 0) <= 0) return;
    const { observer, nodes, nowMs, tell } = this.#world;
    const [holder] = this.#holders(address);
    const frame = encodeArp({
      ...{ operation: "request", senderMac: STRANGER_MAC, senderIp: address },
      ...{ targetMac: MAC_ZERO, targetIp: address }
    });
    if (holder !== void 0 && countOf(observer.answersOn(address, -1)) === 1) {
      const atMs = nowMs();
      tell({ kind: "stranger", address, atMs, endMs: atMs + CLAIM_INTERVAL_MS, holder });
    }
    const to = { destination: MAC_BROADCAST, source: STRANGER_MAC, etherType: ETHER_TYPE_ARP };
    const bytes = encodeEthernet({ ...to, payload: frame });
    for (const node of nodes) if (this.#reaches(node)) node.ask(bytes);
    this.#later(CLAIM_INTERVAL_MS, () => {
      this.#claim(address);
    });
  }
  #holders(address) {
    const { observer, nodes } = this.#world;
    const piece = nodes.reduce((mask, n) => this.#reaches(n) ? mask | 1 << n.index : mask, 0);
    const answers = observer.answersOn(address, piece);
    return nodes.filter(({ index }) => answers >> index & 1).map(({ index }) => index);
  }
  /** Whom its cache names, against who answers: worth a word while the segment is whole and no stranger interferes. */
  #look(address) {
    const { observer, nowMs, tell, segment } = this.#world;
    const entry = this.#cache.get(address);
    const isWhole = segment.groups.every((group) => group === segment.groups[0]);
    if (entry === void 0 || !isWhole || this.#claimed.has(address)) return;
    const answers = this.#answers(address);
    if (!observer.isRanked(address, entry.node)) entry.excused = true;
    if (entry.excused) return;
    const steadySinceMs = observer.steadySinceMs(address);
    tell({ kind: "client", address, atMs: nowMs(), cached: entry.node, answers, steadySinceMs });
  }
  #answers(address) {
    return this.#holders(address).reduce((mask, node) => mask | 1 << node, 0);
  }
  /** What the answers say must be what the observer believes. */
  #ask(address) {
    const { nodes, nowMs } = this.#world;
    const before = this.#cache.get(address);
    const isOld = before === void 0 || nowMs() - before.learnedMs > REACHABLE_MS;
    const believed = this.#answers(address);
    let answered = 0;
    for (const node of nodes) {
      if (!this.#reaches(node)) continue;
      const answer = node.ask(this.#question(address));
      if (answer?.kind !== "send-frame") continue;
      const mac = answer.frame.subarray(SENDER_MAC_AT, SENDER_MAC_AT + 6);
      if (Buffer.compare(mac, macToBytes(node.mac)) !== 0)
        throw new Error("an answer with another's MAC");
      answered |= 1 << node.index;
      if (isOld) this.#cache.set(address, { node: node.index, learnedMs: nowMs(), excused: false });
    }
    if (answered !== believed) {
      throw new Error(`${address}: ${answered} answered by frames, ${believed} by what they hold`);
    }
  }
  #question(address) {
    const known = this.#questions.get(address);
    if (known !== void 0) return known;
    const payload = encodeArp({
      ...{ operation: "request", senderMac: CLIENT_MAC, senderIp: CLIENT_IP },
      ...{ targetMac: MAC_ZERO, targetIp: address }
    });
    const to = { destination: MAC_BROADCAST, source: CLIENT_MAC, etherType: ETHER_TYPE_ARP };
    const bytes = encodeEthernet({ ...to, payload });
    this.#questions.set(address, bytes);
    return bytes;
  }
  #reaches(node) {
    const { groups } = this.#world.segment;
    return groups[node.index] === groups[0];
  }
  #later(forMs, call) {
    const { queue, nowMs } = this.#world;
    queue.add(nowMs() + forMs, { kind: "call", to: -1, from: -1, heartbeat: null, call });
  }
};

// test/sim/cluster.ts
var GATHER_MS = 5;
var PASS_INTERVAL_MS = 50;
var RETRY_MS = 200;
var AGAIN_PASSES = 20;
var Cluster = class {
  model = new ModelCluster();
  #world;
  #underWay = /* @__PURE__ */ new Set();
  #awayForAll = 0;
  #awayForController = 0;
  #controllerDown = 0;
  /** Grows with every start of the controller: what an earlier one began is not its business. */
  #term = 0;
  #passAtMs = Infinity;
  #notBeforeMs = 0;
  #version = 0;
  #passes = 0;
  constructor(world, nodes) {
    this.#world = world;
    const { settings: settings2 } = world;
    this.model.addClass("edge", { isDefault: true, addressPool: ["192.0.2.0/27"] });
    for (const node of nodes) this.model.addNode(node);
    for (const [name, count] of Object.entries(settings2.services)) {
      this.model.addService(name, { count });
    }
    this.#startController();
  }
  get away() {
    return this.#awayForAll > 0;
  }
  virtualIps() {
    return this.model.virtualIps;
  }
  setAway(whom, away) {
    if (whom === "all") this.#awayForAll += away ? 1 : -1;
    else this.#awayForController += away ? 1 : -1;
    if (!away) {
      this.news();
      this.#world.onChange();
    }
  }
  controllerDown(down) {
    this.#controllerDown += down ? 1 : -1;
    this.#term++;
    this.#underWay.clear();
    this.model.claiming.clear();
    if (!down && this.#controllerDown === 0) this.#startController();
  }
  setService(name, count) {
    if (count === 0) this.model.services.delete(`default/${name}`);
    else this.model.addService(name, { count });
    this.news();
  }
  exclude(node, excluded) {
    this.model.addNode(node, excluded ? { [EXCLUDE_LABEL]: "" } : {});
    this.news();
  }
  renewPresence(node, acquireTime, renewTime) {
    this.#tick();
    const known = this.model.presences.get(node);
    this.model.hear(node, { acquireTime, renewTime });
    const lease = this.model.presences.get(node)?.lease;
    const isNews = known === void 0 || isStale(known, this.model.nowMs);
    if (isNews || isRejoin(known.lease, lease)) this.news();
  }
  deletePresence(node) {
    if (this.model.presences.delete(node)) this.news();
  }
  /** A merge patch with the uid as its precondition. @returns the object as it is then, or null */
  writeStatus(name, uid, status) {
    const before = this.model.virtualIps.get(name);
    if (before === void 0 || before.metadata.uid !== uid) return null;
    const resourceVersion = `s${++this.#version}`;
    const after = {
      ...before,
      metadata: { ...before.metadata, resourceVersion },
      status: withoutNulls({ ...before.status, ...status })
    };
    this.model.virtualIps.set(name, after);
    this.#changed();
    return after;
  }
  /** Something changed that a plan is made of. */
  news() {
    const nowMs = this.#world.nowMs();
    this.#wakeAt(Math.max(nowMs + GATHER_MS + 10 * this.#world.random.next(), this.#notBeforeMs));
  }
  #startController() {
    const floor = Math.floor((START_MS + this.#world.nowMs()) / 1e3);
    this.model.claiming.clear();
    this.model.memory = emptyMemory(floor);
    this.#passAtMs = Infinity;
    this.news();
  }
  #changed() {
    this.news();
    this.#world.onChange();
  }
  #tick() {
    this.model.nowMs = this.#world.nowMs();
  }
  #wakeAt(atMs) {
    if (this.#controllerDown > 0 || atMs >= this.#passAtMs) return;
    this.#passAtMs = atMs;
    const term = this.#term;
    this.#later(atMs - this.#world.nowMs(), () => {
      if (term !== this.#term || this.#passAtMs !== atMs) return;
      this.#passAtMs = Infinity;
      this.#pass();
    });
  }
  #later(forMs, call) {
    const { queue, nowMs } = this.#world;
    queue.add(nowMs() + forMs, { kind: "call", to: -1, from: -1, heartbeat: null, call });
  }
  get #controllerCut() {
    return this.#awayForAll + this.#awayForController > 0;
  }
  #pass() {
    const nowMs = this.#world.nowMs();
    if (this.#controllerCut) {
      this.#wakeAt(nowMs + RETRY_MS);
      return;
    }
    this.#tick();
    const { settlingTimeMs, moveIntervalMs } = this.#world.settings;
    const snapshot = this.model.snapshot();
    const options = {
      ...PLAN_OPTIONS,
      ...{ settlingTimeMs, moveIntervalMs, nowMs, nowIso: this.model.nowIso }
    };
    const made = plan(snapshot, this.model.memory, options);
    const again = ++this.#passes % AGAIN_PASSES === 0 ? plan(snapshot, this.model.memory, options) : null;
    this.model.memory = made.memory;
    this.#notBeforeMs = nowMs + PASS_INTERVAL_MS;
    const writes = made.writes.filter((write) => !this.#underWay.has(writeKey(write)));
    this.#world.onPlan({ plan: made, again, writes, snapshot });
    for (const write of writes) this.#begin(write);
    if (made.wakeAtMs !== null) this.#wakeAt(Math.max(made.wakeAtMs, this.#notBeforeMs));
  }
  #begin(write) {
    const key2 = writeKey(write);
    this.#underWay.add(key2);
    if (write.kind === "create-virtual-ip") this.model.claiming.set(key2, write.object);
    const term = this.#term;
    this.#later(this.#world.random.between(2, 20), () => {
      this.#perform(write);
      if (term !== this.#term) return;
      this.#underWay.delete(key2);
      this.model.claiming.delete(key2);
      this.news();
    });
  }
  /** Also for a controller that died meanwhile: what was sent is done. */
  #perform(write) {
    if (this.#controllerCut) return;
    this.#tick();
    const before = write.kind === "update-virtual-ip" ? this.model.virtualIps.get(write.before.metadata.name) : void 0;
    if (!this.model.apply(write)) return;
    this.#world.onWrite(write, before);
    this.#changed();
  }
};
function withoutNulls(status) {
  const kept = Object.entries(status).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}
function outline(write) {
  if (write.kind === "create-virtual-ip") return `made: ${JSON.stringify(write.object.spec)}`;
  const { name } = write.before.metadata;
  const { kind } = write;
  const isMove = kind === "update-virtual-ip";
  const what = isMove ? { ...write.spec, ...write.move } : "status" in write ? write.status : {};
  return `${kind} ${name}: ${JSON.stringify(what)}`;
}

// src/multi-ip/check.ts
function parseVirtualIp(value) {
  if (!isFields(value) || !isFields(value["metadata"])) return fault("virtual-ip-not-an-object");
  const spec = parseSpec(value["spec"]);
  if (!spec.ok) return spec;
  if (value["metadata"]["name"] !== virtualIpName(spec.value.address)) {
    return fault("virtual-ip-name-not-its-address");
  }
  if (value["status"] !== void 0 && !isFields(value["status"])) {
    return fault("virtual-ip-bad-status");
  }
  return decoded({ ...value, spec: spec.value });
}
function parseSpec(value) {
  if (!isFields(value)) return fault("virtual-ip-without-spec");
  const { address, rank, services, generation } = value;
  if (!isAddress(address)) return fault("virtual-ip-bad-address");
  if (!isTexts(rank) || new Set(rank).size !== rank.length) return fault("virtual-ip-bad-rank");
  if (!Array.isArray(services) || !services.every(isServiceUse)) {
    return fault("virtual-ip-bad-services");
  }
  if (!isCount(generation)) return fault("virtual-ip-bad-generation");
  const mode = value["mode"] ?? "L2";
  if (mode !== "L2" && mode !== "BGP" && mode !== "Both") return fault("virtual-ip-bad-mode");
  const interfaces = value["interfaces"] ?? [];
  if (!isTexts(interfaces)) return fault("virtual-ip-bad-interfaces");
  const [pool, ofClass] = [value["pool"] ?? null, value["class"] ?? null];
  if (!isTextOrNull(pool)) return fault("virtual-ip-bad-pool");
  if (!isTextOrNull(ofClass)) return fault("virtual-ip-bad-class");
  const known = {
    address,
    services,
    pool,
    class: ofClass,
    mode,
    interfaces,
    rank,
    generation
  };
  const cause = value["cause"];
  return decoded(typeof cause === "string" ? { ...known, cause } : known);
}
function isFields(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isAddress(value) {
  return typeof value === "string" && parseIp2(value) === value;
}
function isTexts(value) {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}
function isTextOrNull(value) {
  return value === null || typeof value === "string";
}
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}
function isServiceUse(value) {
  return isFields(value) && typeof value["namespace"] === "string" && typeof value["name"] === "string" && isCount(value["index"]);
}

// src/speaker/plan-feed.ts
var PlanFeed = class {
  #node;
  /** By object name: what the worker knows, and what the disk should. */
  #told = /* @__PURE__ */ new Map();
  #upserts = /* @__PURE__ */ new Map();
  #removals = /* @__PURE__ */ new Set();
  #generation = 0;
  #toldGeneration = 0;
  /** @param known what the worker has been told already, from the disk */
  constructor(node, known = []) {
    this.#node = node;
    for (const [name, plan2] of known) this.#told.set(name, plan2);
  }
  get generation() {
    return this.#generation;
  }
  /** By object name. */
  get told() {
    return this.#told;
  }
  /** @returns the name of the fault where the object is none that can be trusted; it then changes nothing */
  put(object) {
    const parsed = parseVirtualIp(object);
    if (!parsed.ok) return parsed.fault;
    const { name } = object.metadata;
    const { spec, status } = parsed.value;
    const plan2 = {
      address: spec.address,
      rank: spec.rank,
      generation: spec.generation,
      interfaces: spec.interfaces,
      holder: status?.holder ?? null
    };
    this.noteGeneration(spec.generation);
    if (spec.mode === "BGP") this.delete(name);
    else if (plan2.rank.includes(this.#node) || this.#told.has(name)) this.#tell(name, plan2);
    return null;
  }
  delete(name) {
    const plan2 = this.#told.get(name);
    if (plan2 === void 0) return;
    this.#told.delete(name);
    this.#upserts.delete(plan2.address);
    this.#removals.add(plan2.address);
  }
  /** @param names all objects that there are: what the worker was told of beyond is removed */
  retain(names) {
    for (const name of [...this.#told.keys()]) if (!names.has(name)) this.delete(name);
  }
  noteGeneration(generation) {
    this.#generation = Math.max(this.#generation, generation);
  }
  /** @returns what changed since the call before, or null */
  take() {
    const nothing = this.#upserts.size + this.#removals.size === 0;
    if (nothing && this.#generation === this.#toldGeneration) return null;
    const change = {
      upserts: [...this.#upserts.values()],
      removals: [...this.#removals],
      generation: this.#generation
    };
    this.#upserts.clear();
    this.#removals.clear();
    this.#toldGeneration = this.#generation;
    return change;
  }
  /** The holder in the status moves often, and matters only when the worker meets the address. */
  #tell(name, plan2) {
    const before = this.#told.get(name);
    this.#told.set(name, plan2);
    if (before !== void 0 && isSamePlan(before, plan2)) return;
    this.#upserts.set(plan2.address, plan2);
    this.#removals.delete(plan2.address);
  }
};
function isSamePlan(a, b) {
  return a.generation === b.generation && a.rank.join(" ") === b.rank.join(" ") && a.interfaces.join(" ") === b.interfaces.join(" ");
}

// src/speaker/announcer.ts
var ANNOUNCEMENTS_MS = [0, 100, 1100, 2200, 3300];
var BATCH_FRAMES_MAX = 10;
var BATCH_INTERVAL_MS = 10;
var ROUNDS = ANNOUNCEMENTS_MS.length + 1;
var Announcer = class {
  /** Per round, in the order of their due times, for delays are the same for all; behind them those that repeat. */
  #rounds = Array.from({ length: ROUNDS }, () => []);
  /** Where each round goes on: taking from the front of a long array would move the rest. */
  #heads = Array.from({ length: ROUNDS }, () => 0);
  #reannounceIntervalMs;
  #gains = /* @__PURE__ */ new Map();
  #lastGain = 0;
  #pausedUntilMs = -Infinity;
  constructor({ reannounceIntervalMs } = { reannounceIntervalMs: 0 }) {
    this.#reannounceIntervalMs = reannounceIntervalMs;
  }
  /** When `due` wants to be asked next; Infinity: never. */
  get dueMs() {
    let due = Infinity;
    for (let round = 0; round < this.#rounds.length; round++) {
      due = Math.min(due, this.#head(round)?.dueMs ?? Infinity);
    }
    return due === Infinity ? due : Math.max(due, this.#pausedUntilMs);
  }
  /** Begins the schedule for one address on one interface, anew where it runs already. */
  gained(ip, linkIndex, nowMs) {
    this.#schedule({ ip, linkIndex, nowMs, fromRound: 0 });
  }
  #schedule({ ip, linkIndex, nowMs, fromRound }) {
    const gain = ++this.#lastGain;
    this.#gains.set(key(ip, linkIndex), gain);
    for (const [round, delayMs] of ANNOUNCEMENTS_MS.entries()) {
      if (round < fromRound) continue;
      const announcement = { ip, linkIndex, round };
      this.#rounds[round]?.push({ announcement, dueMs: nowMs + delayMs, gain });
    }
  }
  /**
   * Announces once more what is held already, but for the quick round: what was gained meanwhile comes first. Of those
   * that heard another node announce it, some still believe that.
   */
  again(ip, linkIndex, nowMs) {
    this.#schedule({ ip, linkIndex, nowMs, fromRound: 1 });
  }
  /** No announcement comes after this. */
  lost(ip, linkIndex) {
    this.#gains.delete(key(ip, linkIndex));
  }
  /** @returns what to announce now, a batch at most; ask again at `dueMs` */
  due(nowMs, framesOf) {
    if (nowMs < this.#pausedUntilMs) return [];
    const batch = [];
    let frames = 0;
    for (let round = 0; round < this.#rounds.length; round++) {
      for (let job = this.#head(round); job !== void 0; job = this.#head(round)) {
        if (job.dueMs > nowMs) break;
        if (frames >= BATCH_FRAMES_MAX) return batch;
        this.#advance(round);
        frames += framesOf(job.announcement);
        batch.push(job.announcement);
        this.#repeat(job, nowMs);
        this.#pausedUntilMs = nowMs + BATCH_INTERVAL_MS * Math.max(1, frames / BATCH_FRAMES_MAX);
      }
    }
    return batch;
  }
  /** The last of its schedule is the first of those that repeat. */
  #repeat({ announcement, gain }, nowMs) {
    const isLast = announcement.round >= ROUNDS - 2;
    if (this.#reannounceIntervalMs === 0 || !isLast) return;
    const repeated = { ...announcement, round: ROUNDS - 1 };
    const dueMs = nowMs + this.#reannounceIntervalMs;
    this.#rounds[ROUNDS - 1]?.push({ announcement: repeated, dueMs, gain });
  }
  /** Skips what is stale. */
  #head(round) {
    for (; ; ) {
      const job = this.#rounds[round]?.[this.#heads[round] ?? 0];
      if (job === void 0) return void 0;
      const { ip, linkIndex } = job.announcement;
      if (this.#gains.get(key(ip, linkIndex)) === job.gain) return job;
      this.#advance(round);
    }
  }
  #advance(round) {
    const [jobs = [], head = 0] = [this.#rounds[round], this.#heads[round]];
    this.#heads[round] = head + 1;
    if (head + 1 < jobs.length && head < 1024) return;
    jobs.splice(0, head + 1);
    this.#heads[round] = 0;
  }
};
function key(ip, linkIndex) {
  return `${ip}%${linkIndex}`;
}

// src/speaker/wire/ndp.ts
var UNSPECIFIED = "::";
var ALL_NODES = "ff02::1";
var IPV6_HEADER_BYTES = 40;
var MESSAGE_BYTES = 24;
var ICMPV6 = 58;
var HOP_LIMIT = 255;
var [SOLICITATION, ADVERTISEMENT] = [135, 136];
var [SOURCE_LINK_LAYER, TARGET_LINK_LAYER] = [1, 2];
var [ROUTER, SOLICITED, OVERRIDE] = [128, 64, 32];
function decodeNdp(packet) {
  if (packet.length < IPV6_HEADER_BYTES) return fault("ndp-too-short");
  const r = new ByteReader(packet);
  if (r.u8() >> 4 !== 6) return fault("ndp-not-ipv6");
  r.take(3);
  const payloadBytes = r.u16();
  if (r.u8() !== ICMPV6) return fault("ndp-not-icmpv6");
  if (r.u8() !== HOP_LIMIT) return fault("ndp-forwarded");
  if (payloadBytes < MESSAGE_BYTES || payloadBytes > packet.length - IPV6_HEADER_BYTES) {
    return fault("ndp-too-short");
  }
  const [source, destination] = [r.take(16), r.take(16)];
  const message = r.take(payloadBytes);
  if (checksum(source, destination, message) !== 0) return fault("ndp-bad-checksum");
  return decodeMessage(ipFromBytes(source), ipFromBytes(destination), message);
}
function decodeMessage(source, destination, message) {
  const r = new ByteReader(message);
  const [type, code] = [r.u8(), r.u8()];
  if (type !== SOLICITATION && type !== ADVERTISEMENT) return fault("ndp-other-type");
  if (code !== 0) return fault("ndp-unknown-code");
  r.take(2);
  const flags = r.u8();
  r.take(3);
  const target = r.ipv6();
  if (isMulticast(target)) return fault("ndp-multicast-target");
  const options = decodeOptions(r.take(r.left));
  if (options === void 0) return fault("ndp-bad-option");
  return type === SOLICITATION ? checkSolicitation({
    ...{ kind: "solicitation", source, destination, target },
    linkLayer: options.get(SOURCE_LINK_LAYER) ?? null
  }) : checkAdvertisement({
    ...{ kind: "advertisement", source, destination, target },
    router: (flags & ROUTER) !== 0,
    solicited: (flags & SOLICITED) !== 0,
    override: (flags & OVERRIDE) !== 0,
    linkLayer: options.get(TARGET_LINK_LAYER) ?? null
  });
}
function checkSolicitation(message) {
  if (message.source !== UNSPECIFIED) return decoded(message);
  if (message.linkLayer !== null) return fault("ndp-unspecified-with-link-layer");
  if (message.destination !== solicitedNodeGroup(message.target)) {
    return fault("ndp-unspecified-not-multicast");
  }
  return decoded(message);
}
function checkAdvertisement(message) {
  return message.solicited && isMulticast(message.destination) ? fault("ndp-solicited-multicast") : decoded(message);
}
function decodeOptions(options) {
  const found = /* @__PURE__ */ new Map();
  for (let rest = options; rest.length > 0; ) {
    const [type = 0, units = 0] = rest;
    if (units === 0 || units * 8 > rest.length) return void 0;
    const isLinkLayer = type === SOURCE_LINK_LAYER || type === TARGET_LINK_LAYER;
    if (isLinkLayer && units === 1 && !found.has(type))
      found.set(type, macFromBytes(rest.subarray(2, 8)));
    rest = rest.subarray(units * 8);
  }
  return found;
}
function encodeNdp(message) {
  const isSolicitation = message.kind === "solicitation";
  const optionType = isSolicitation ? SOURCE_LINK_LAYER : TARGET_LINK_LAYER;
  const body = concatBytes(
    Uint8Array.of(isSolicitation ? SOLICITATION : ADVERTISEMENT, 0, 0, 0),
    Uint8Array.of(isSolicitation ? 0 : flagsOf(message), 0, 0, 0),
    ipToBytes(message.target),
    message.linkLayer === null ? new Uint8Array(0) : concatBytes(Uint8Array.of(optionType, 1), macToBytes(message.linkLayer))
  );
  const [source, destination] = [ipToBytes(message.source), ipToBytes(message.destination)];
  body.set(uintBytes(checksum(source, destination, body), 2), 2);
  return concatBytes(
    Uint8Array.of(96, 0, 0, 0),
    // Version 6, Traffic Class 0, Flow Label 0
    uintBytes(body.length, 2),
    // Payload Length
    Uint8Array.of(ICMPV6, HOP_LIMIT),
    source,
    destination,
    body
  );
}
function flagsOf(message) {
  return (message.router ? ROUTER : 0) | (message.solicited ? SOLICITED : 0) | (message.override ? OVERRIDE : 0);
}
function checksum(source, destination, message) {
  let sum = message.length + ICMPV6;
  for (const part of [source, destination, message]) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i] ?? 0) << 8 | (part[i + 1] ?? 0);
  }
  while (sum > 65535) sum = (sum & 65535) + (sum >>> 16);
  return ~sum & 65535;
}
function solicitedNodeGroup(address) {
  const group = ipToBytes("ff02::1:ff00:0");
  group.set(ipToBytes(address).subarray(13), 13);
  return ipFromBytes(group);
}
function multicastMac(group) {
  return macFromBytes(concatBytes(Uint8Array.of(51, 51), ipToBytes(group).subarray(12)));
}
function isMulticast(address) {
  return address.startsWith("ff") && address.indexOf(":") === 4;
}

// src/speaker/claims.ts
var NO_ADDRESS = "0.0.0.0";
function claimIn(read) {
  if (read.kind === "arp") {
    const { operation, senderIp, senderMac, targetIp } = read.message;
    if (senderIp !== NO_ADDRESS) return { ip: senderIp, mac: senderMac, how: "has" };
    return operation === "request" ? { ip: targetIp, mac: senderMac, how: "wants" } : null;
  }
  const { message, frame } = read;
  const mac = message.linkLayer ?? frame.source;
  if (message.kind === "advertisement") return { ip: message.target, mac, how: "has" };
  return message.source === UNSPECIFIED ? { ip: message.target, mac, how: "wants" } : { ip: message.source, mac, how: "has" };
}

// src/speaker/defence.ts
var DEFEND_INTERVAL_MS = 1e4;
var DEFENCES_MAX = 6;
var QUIET_MS = 6e4;
var SAME_QUARREL_MS = 5e3;
var Defence = class {
  #quarrels = /* @__PURE__ */ new Map();
  #doubles = /* @__PURE__ */ new Map();
  /** A stranger claims an address that we hold. @returns whether to announce it once */
  claimed(ip, nowMs) {
    let quarrel = this.#quarrels.get(ip);
    if (quarrel === void 0 || nowMs - quarrel.lastMs >= QUIET_MS) {
      quarrel = { lastMs: nowMs, defendedMs: -Infinity, defences: 0 };
      this.#quarrels.set(ip, quarrel);
    }
    quarrel.lastMs = nowMs;
    if (nowMs - quarrel.defendedMs < DEFEND_INTERVAL_MS) return false;
    if (quarrel.defences === DEFENCES_MAX) return false;
    quarrel.defendedMs = nowMs;
    quarrel.defences++;
    return true;
  }
  /** One of our own nodes claims it. @returns whether that has lasted for longer than a move or a mend may */
  doubled(ip, node, when) {
    const { nowMs, allowedMs } = when;
    const known = this.#doubles.get(ip);
    if (known?.node !== node || nowMs - known.lastMs > SAME_QUARREL_MS) {
      this.#doubles.set(ip, { node, firstMs: nowMs, lastMs: nowMs });
      return false;
    }
    known.lastMs = nowMs;
    return nowMs - known.firstMs > allowedMs;
  }
  /** Not held any more. */
  drop(ip) {
    this.#quarrels.delete(ip);
    this.#doubles.delete(ip);
  }
};

// src/kube/delay-heap.ts
var DelayHeap = class {
  #entries = [];
  get size() {
    return this.#entries.length;
  }
  /** When the earliest is due, or null when nothing waits. */
  get nextAtMs() {
    return this.#entries[0]?.atMs ?? null;
  }
  push(atMs, value) {
    let at = this.#entries.push({ atMs, value }) - 1;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (this.#atMs(parent) <= this.#atMs(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }
  /** @returns the earliest if it is due at `nowMs`, taken out; else undefined */
  pop(nowMs) {
    const first = this.#entries[0];
    if (first === void 0 || first.atMs > nowMs) return void 0;
    const last = this.#entries.pop();
    if (last !== void 0 && last !== first) {
      this.#entries[0] = last;
      this.#sink();
    }
    return first.value;
  }
  #sink() {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const least = this.#atMs(left + 1) < this.#atMs(left) ? left + 1 : left;
      if (this.#atMs(least) >= this.#atMs(at)) return;
      this.#swap(at, least);
      at = least;
    }
  }
  #atMs(at) {
    return this.#entries[at]?.atMs ?? Infinity;
  }
  #swap(a, b) {
    const [x, y] = [this.#entries[a], this.#entries[b]];
    if (x === void 0 || y === void 0) return;
    this.#entries[a] = y;
    this.#entries[b] = x;
  }
};

// src/speaker/detection.ts
var PROBES = 3;
var PROBE_INTERVAL_MS = 100;
var RETRIES_MS = [1e3, 2e3];
var BATCH_PROBES_MAX = 10;
var BATCH_INTERVAL_MS2 = 10;
var Detection = class {
  #entries = /* @__PURE__ */ new Map();
  /**
   * Those that have begun go before those that have not: of thousands the first are done soon, not all at the end.
   * Some are stale: their entry is due at another time, or no more.
   */
  #begun = new DelayHeap();
  #fresh = new DelayHeap();
  #pausedUntilMs = -Infinity;
  /** When `due` wants to be asked next; Infinity: never. */
  get dueMs() {
    const next = Math.min(this.#begun.nextAtMs ?? Infinity, this.#fresh.nextAtMs ?? Infinity);
    return next === Infinity ? next : Math.max(next, this.#pausedUntilMs);
  }
  /** Whether what is heard of any address matters now. */
  get listening() {
    return this.#entries.size > 0;
  }
  /** Whether a claim to the address by another makes it taken. */
  isProbing(ip) {
    return this.#entries.get(ip)?.phase === "probing";
  }
  /** @returns whether it was found free; if nothing is known of it, the probes begin */
  mayUse(ip, nowMs) {
    const entry = this.#entries.get(ip);
    if (entry?.phase === "free") return true;
    if (entry !== void 0) return false;
    const begun = { ip, phase: "probing", probes: 0, failures: 0, dueMs: nowMs };
    this.#entries.set(ip, begun);
    this.#wait(begun, nowMs);
    return false;
  }
  /** Not ours to use any more, or in use now. @returns whether it was known here */
  drop(ip) {
    return this.#entries.delete(ip);
  }
  /** Somebody else has it, or is about to. */
  taken(ip, nowMs) {
    const entry = this.#entries.get(ip);
    if (entry?.phase !== "probing") return;
    const delayMs = RETRIES_MS[Math.min(entry.failures, RETRIES_MS.length - 1)] ?? 0;
    entry.phase = "taken";
    entry.failures++;
    this.#wait(entry, nowMs + delayMs);
  }
  /** @returns what to do now, a batch at most; ask again at `dueMs` */
  due(nowMs) {
    if (nowMs < this.#pausedUntilMs) return [];
    const effects = [];
    for (let probes = 0; probes < BATCH_PROBES_MAX; ) {
      const job = this.#begun.pop(nowMs) ?? this.#fresh.pop(nowMs);
      if (job === void 0) break;
      const { entry, dueMs } = job;
      if (this.#entries.get(entry.ip) !== entry || entry.dueMs !== dueMs) continue;
      const effect = this.#advance(entry, nowMs);
      if (effect.kind === "probe") probes++;
      effects.push(effect);
      if (probes === BATCH_PROBES_MAX) this.#pausedUntilMs = nowMs + BATCH_INTERVAL_MS2;
    }
    return effects;
  }
  #advance(entry, nowMs) {
    const { ip } = entry;
    if (entry.phase === "probing" && entry.probes === PROBES) {
      entry.phase = "free";
      entry.dueMs = Infinity;
      return { kind: "free", ip };
    }
    if (entry.phase === "taken") entry.probes = 0;
    entry.phase = "probing";
    entry.probes++;
    this.#wait(entry, nowMs + PROBE_INTERVAL_MS);
    return { kind: "probe", ip };
  }
  #wait(entry, dueMs) {
    entry.dueMs = dueMs;
    const heap = entry.phase === "probing" && entry.probes > 0 ? this.#begun : this.#fresh;
    heap.push(dueMs, { entry, dueMs });
  }
};

// src/speaker/questions.ts
var NO_ADDRESS2 = "0.0.0.0";
function probeOn(link, target) {
  return ask(link, target, familyOf(target) === "IPv4" ? NO_ADDRESS2 : UNSPECIFIED);
}
function questionOn(link, target) {
  const family = familyOf(target);
  const own = link.addresses.filter(({ ip }) => familyOf(ip) === family && ip !== target);
  const best = own.find((address) => isOnLink(target, address)) ?? own[0];
  return best === void 0 ? probeOn(link, target) : ask(link, target, best.ip);
}
function ask(link, target, source) {
  const { index: linkIndex, mac } = link;
  if (familyOf(target) === "IPv4") {
    const payload2 = encodeArp({
      ...{ operation: "request", senderMac: mac, senderIp: source },
      ...{ targetMac: MAC_ZERO, targetIp: target }
    });
    const to2 = { destination: MAC_BROADCAST, source: mac, etherType: ETHER_TYPE_ARP };
    const frame2 = encodeEthernet({ ...to2, payload: payload2 });
    return { etherType: ETHER_TYPE_ARP, linkIndex, frame: frame2, ip: target };
  }
  const group = solicitedNodeGroup(target);
  const linkLayer = source === UNSPECIFIED ? null : mac;
  const payload = encodeNdp({
    ...{ kind: "solicitation", source, destination: group, target, linkLayer }
  });
  const to = { destination: multicastMac(group), source: mac, etherType: ETHER_TYPE_IPV6 };
  const frame = encodeEthernet({ ...to, payload });
  return { etherType: ETHER_TYPE_IPV6, linkIndex, frame, ip: target };
}
function isOnLink(target, own) {
  const family = familyOf(target);
  const bits = IP_BITS[family];
  if (familyOf(own.ip) !== family || own.prefixLength === 0 || own.prefixLength >= bits)
    return false;
  const shift = BigInt(bits - own.prefixLength);
  return ipToNumber(target) >> shift === ipToNumber(own.ip) >> shift && target !== own.ip;
}

// src/speaker/responder.ts
function readFrame(bytes) {
  const ethernet = decodeEthernet(bytes);
  if (!ethernet.ok) return { kind: "fault", name: ethernet.fault };
  const frame = ethernet.value;
  if (frame.etherType === ETHER_TYPE_ARP) {
    const arp = decodeArp(frame.payload);
    return arp.ok ? { kind: "arp", frame, message: arp.value } : { kind: "fault", name: arp.fault };
  }
  const ndp = decodeNdp(frame.payload);
  return ndp.ok ? { kind: "ndp", frame, message: ndp.value } : { kind: "fault", name: ndp.fault };
}
function respond(read, place) {
  if (read.kind === "fault") return read;
  const { frame } = read;
  return read.kind === "arp" ? answerArp(frame, read.message, place) : answerNdp(frame, read.message, place);
}
function answerArp(frame, arp, place) {
  const silent = (reason, ip = arp.targetIp) => ({ kind: "silence", reason, ip });
  const own = frame.source === place.mac || arp.senderMac === place.mac;
  if (own) return silent("own-frame");
  if (frame.destination !== MAC_BROADCAST && frame.destination !== place.mac) {
    return silent("not-to-us");
  }
  if (place.holdingOf(arp.senderIp) === "held") return silent("claims-our-address", arp.senderIp);
  if (arp.operation !== "request") return silent("not-a-request");
  const holding = place.holdingOf(arp.targetIp);
  if (holding !== "held") return silent(holding);
  const reply = {
    operation: "reply",
    senderMac: place.mac,
    senderIp: arp.targetIp,
    targetMac: arp.senderMac,
    targetIp: arp.senderIp
  };
  const bytes = arpFrame(arp.senderMac, reply);
  return { kind: "reply", ip: arp.targetIp, etherType: ETHER_TYPE_ARP, frame: bytes };
}
function answerNdp(frame, message, place) {
  const ip = message.target;
  const silent = (reason) => ({ kind: "silence", reason, ip });
  if (frame.source === place.mac) return silent("own-frame");
  if (message.kind === "advertisement") {
    const claimed = place.holdingOf(ip) === "held" && message.linkLayer !== place.mac;
    return silent(claimed ? "claims-our-address" : "not-a-request");
  }
  if (frame.destination !== place.mac && !frame.destination.startsWith("33:33:")) {
    return silent("not-to-us");
  }
  const holding = place.holdingOf(ip);
  if (holding !== "held") return silent(holding);
  const anonymous = message.source === UNSPECIFIED;
  const destination = anonymous ? ALL_NODES : message.source;
  const reply = encodeNdp({
    kind: "advertisement",
    // The address asked for, not one of ours: some askers compare them, and it needs no link-local.
    source: ip,
    destination,
    target: ip,
    router: false,
    solicited: !anonymous,
    // section 7.2.4
    override: true,
    linkLayer: place.mac
  });
  const to = anonymous ? multicastMac(ALL_NODES) : message.linkLayer ?? frame.source;
  const bytes = ndpFrame(to, place.mac, reply);
  return { kind: "reply", ip, etherType: ETHER_TYPE_IPV6, frame: bytes };
}
function announcementFrames(ip, mac, round) {
  if (ip.includes(":")) return [unsolicitedAdvertisement(ip, mac)];
  const request = gratuitousArp("request", ip, mac);
  return round === 0 ? [request] : [request, gratuitousArp("reply", ip, mac)];
}
function gratuitousArp(operation, ip, mac) {
  const targetMac = operation === "request" ? MAC_ZERO : mac;
  return arpFrame(MAC_BROADCAST, {
    operation,
    senderMac: mac,
    senderIp: ip,
    targetMac,
    targetIp: ip
  });
}
function unsolicitedAdvertisement(ip, mac) {
  const advertisement = encodeNdp({
    kind: "advertisement",
    source: ip,
    destination: ALL_NODES,
    target: ip,
    router: false,
    solicited: false,
    override: true,
    linkLayer: mac
  });
  return ndpFrame(multicastMac(ALL_NODES), mac, advertisement);
}
function arpFrame(destination, arp) {
  const payload = encodeArp(arp);
  return encodeEthernet({ destination, source: arp.senderMac, etherType: ETHER_TYPE_ARP, payload });
}
function ndpFrame(destination, source, payload) {
  return encodeEthernet({ destination, source, etherType: ETHER_TYPE_IPV6, payload });
}

// src/speaker/verifier.ts
var ANSWER_MS = 300;
var TRIES = 3;
var SUSPECT_INTERVAL_MS = 1e4;
var Verifier = class {
  #intervalMs;
  #world;
  #nextMs = Infinity;
  #round = 0;
  /** What is left of this round. */
  #queue = [];
  #question = null;
  #suspects = /* @__PURE__ */ new Map();
  /** @param intervalMs between two questions; 0: none is asked */
  constructor(intervalMs, world) {
    this.#intervalMs = intervalMs;
    this.#world = world;
  }
  get dueMs() {
    return this.#question?.endsMs ?? this.#nextMs;
  }
  /** Whether what is heard of this address is an answer. */
  isAsking(ip) {
    return this.#question?.ip === ip;
  }
  get asking() {
    return this.#question !== null;
  }
  answered(ip, mac) {
    if (this.#question?.ip === ip) this.#question.answers.add(mac);
  }
  /** Begins; nodes that begin together ask at different times. */
  start(nowMs) {
    if (this.#intervalMs === 0 || this.#nextMs !== Infinity) return;
    this.#nextMs = nowMs + stableHash(this.#world.node) % this.#intervalMs;
  }
  /** What it asks for is in doubt: a move, a loss. No answer counts. */
  stop() {
    this.#nextMs = Infinity;
    this.#question = null;
  }
  due(nowMs) {
    const effects = [];
    if (this.#question !== null && this.#question.endsMs <= nowMs) {
      effects.push(...this.#judge(this.#question, nowMs));
    }
    if (this.#question !== null || this.#nextMs > nowMs) return effects;
    this.#nextMs = Math.max(this.#nextMs + this.#intervalMs, nowMs);
    const ip = this.#pick(nowMs);
    const expected = ip === void 0 ? null : this.#world.expectedOf(ip);
    if (ip !== void 0 && expected !== null) effects.push(this.#ask(ip, expected, 1, nowMs));
    return effects;
  }
  #ask(ip, expected, tries, nowMs) {
    this.#question = { ip, expected, tries, endsMs: nowMs + ANSWER_MS, answers: /* @__PURE__ */ new Set() };
    return { kind: "ask", ip };
  }
  #judge(question2, nowMs) {
    const { ip, expected, tries } = question2;
    this.#question = null;
    this.#suspects.delete(ip);
    if (this.#world.expectedOf(ip) !== expected) return [];
    const verification = this.#verdict(question2);
    if (verification.result !== "ok") {
      if (tries < TRIES) return [this.#ask(ip, expected, tries + 1, nowMs)];
      this.#suspects.set(ip, nowMs + SUSPECT_INTERVAL_MS);
    }
    return [{ kind: "verified", verification }];
  }
  #verdict({ ip, expected, answers }) {
    const { node: self, nodeOf: nodeOf3 } = this.#world;
    const all = [...answers].map((mac) => ({ mac, node: nodeOf3(mac) }));
    const others2 = all.filter(({ node }) => node !== expected && node !== self);
    const right = expected === self || all.some(({ node }) => node === expected);
    const result = resultOf(right, others2);
    return { ip, result, expected, others: others2 };
  }
  /** A suspect whose time has come, else the next of the round that it is for us to verify. */
  #pick(nowMs) {
    for (const [ip, atMs] of this.#suspects) {
      if (atMs > nowMs) continue;
      this.#suspects.delete(ip);
      if (this.#world.expectedOf(ip) !== null) return ip;
    }
    if (this.#queue.length === 0) {
      this.#round++;
      this.#queue = [...this.#world.addresses()].reverse();
    }
    for (let ip = this.#queue.pop(); ip !== void 0; ip = this.#queue.pop()) {
      if (this.#isOurs(ip) && this.#world.expectedOf(ip) !== null) return ip;
    }
    return void 0;
  }
  #isOurs(ip) {
    const verifiers = this.#world.verifiersOf(ip);
    const chosen = verifiers[stableHash(`${ip} ${this.#round}`) % Math.max(1, verifiers.length)];
    return chosen === this.#world.node;
  }
};
function resultOf(right, others2) {
  if (others2.length === 0) return right ? "ok" : "silent";
  if (right || others2.length > 1) return "several";
  return others2[0]?.node === null ? "stranger" : "wrong-node";
}

// src/speaker/guard.ts
var Guard = class {
  #world;
  #options;
  #detection = new Detection();
  #defence = new Defence();
  #verifier;
  /** Where we are in the solicited-node group of an address that is probed. */
  #groups = /* @__PURE__ */ new Map();
  constructor(world, options) {
    this.#world = world;
    this.#options = options;
    this.#verifier = new Verifier(options.verifyIntervalMs, {
      node: world.node,
      addresses: () => world.addresses.ips(),
      expectedOf: (ip) => this.#expectedOf(ip),
      verifiersOf: (ip) => this.#verifiersOf(ip),
      nodeOf: (mac) => this.#nodeOf(mac)
    });
  }
  get dueMs() {
    return Math.min(this.#detection.dueMs, this.#verifier.dueMs);
  }
  /** Whether frames matter though nothing is held. */
  get listening() {
    return this.#detection.listening || this.#verifier.asking;
  }
  /**
   * Nobody is asked about what one of ours had before: failover, planned moves and returns wait for nothing.
   *
   * @returns false: not known to be free; the answer calls for another decision
   */
  mayUse(record, nowMs) {
    const { address } = record.plan;
    if (record.hadHolder || this.#detection.mayUse(address, nowMs)) {
      this.forget(address);
      return true;
    }
    return false;
  }
  /** Not ours to begin with, or begun. */
  forget(address) {
    if (this.#detection.drop(address)) this.#leaveGroup(address);
  }
  released(address) {
    this.#defence.drop(address);
  }
  /** @returns whether `dueMs` may be another */
  heard({ ip, mac, how }, link, nowMs) {
    const record = this.#world.addresses.get(ip);
    if (record === void 0) return false;
    const node = this.#nodeOf(mac);
    if (node === this.#world.node) return false;
    if (how === "has") this.#verifier.answered(ip, mac);
    const seen = { ip, mac, node, interface: link.name };
    if (this.#detection.isProbing(ip)) return this.#heardOfWanted(seen, how, nowMs);
    if (record.heldGeneration !== null && how === "has") {
      this.#heardOfHeld(record, seen, { link, nowMs });
    }
    return false;
  }
  /** Performs what is due. */
  due(nowMs) {
    const { liveness, addresses } = this.#world;
    for (const effect of this.#detection.due(nowMs)) {
      const record = addresses.get(effect.ip);
      if (record === void 0) continue;
      if (effect.kind === "free") this.#world.decide(record, nowMs);
      else this.#probe(record);
    }
    if (liveness.serving && !liveness.isolated) this.#verifier.start(nowMs);
    else this.#verifier.stop();
    for (const effect of this.#verifier.due(nowMs)) {
      if (effect.kind === "verified") this.#verified(effect.verification);
      else this.#send("question", effect.ip, questionOn);
    }
  }
  /** What only a stranger answers for, is none of ours yet, whoever should have it. */
  #verified(verification) {
    const { ip, result, expected } = verification;
    const record = this.#world.addresses.get(ip);
    if (record !== void 0 && expected !== this.#world.node) {
      if (result === "ok") record.hadHolder = true;
      if (result === "stranger") record.hadHolder = false;
    }
    this.#world.emit({ kind: "verified", verification });
  }
  /** RFC 5227 section 2.1.1: an answer, an announcement, or another's probe for it. One of ours is waited for. */
  #heardOfWanted(seen, how, nowMs) {
    const isOurs = seen.node !== null;
    if (isOurs && how === "wants") return false;
    this.#detection.taken(seen.ip, nowMs);
    this.#leaveGroup(seen.ip);
    if (!isOurs) this.#world.emit({ kind: "conflict", sighting: { ...seen, use: "wanted" } });
    return true;
  }
  #heardOfHeld(record, seen, { link, nowMs }) {
    const { ip, mac, node } = seen;
    if (record.waiting !== null) return;
    if (node === null) {
      if (nowMs < record.strangersFromMs) return;
      if (this.#defence.claimed(ip, nowMs)) this.#announce(ip, link);
    } else {
      const allowedMs = this.#options.doubleMs;
      if (!this.#defence.doubled(ip, node, { nowMs, allowedMs })) return;
    }
    const sighting = { ip, mac, node, interface: seen.interface, use: "held" };
    this.#world.emit({ kind: "conflict", sighting });
  }
  #announce(ip, { index: linkIndex, mac }) {
    const etherType = ip.includes(":") ? ETHER_TYPE_IPV6 : ETHER_TYPE_ARP;
    for (const frame of announcementFrames(ip, mac, 0)) {
      const what = "announcement";
      this.#world.emit({ kind: "send-frame", what, etherType, linkIndex, frame, ip });
    }
  }
  #probe(record) {
    const ip = record.plan.address;
    if (record.family === "IPv6" && !this.#groups.has(ip)) {
      const indexes = this.#world.linksOf(record).map(({ index }) => index);
      this.#groups.set(ip, indexes);
      this.#group("join-group", ip, indexes);
    }
    this.#send("probe", ip, probeOn);
  }
  #leaveGroup(ip) {
    this.#group("leave-group", ip, this.#groups.get(ip) ?? []);
    this.#groups.delete(ip);
  }
  #group(kind, ip, indexes) {
    const group = solicitedNodeGroup(ip);
    for (const linkIndex of indexes) this.#world.emit({ kind, linkIndex, group });
  }
  #send(what, ip, make) {
    const record = this.#world.addresses.get(ip);
    if (record === void 0) return;
    for (const link of this.#world.linksOf(record)) {
      this.#world.emit({ kind: "send-frame", what, ...make(link, ip) });
    }
  }
  /** The node, this one or a peer, that has said that the MAC is its own. */
  #nodeOf(mac) {
    const { node, links, liveness } = this.#world;
    if (links().some((link) => link.mac === mac)) return node;
    for (const peer of liveness.peers.values()) if (peer.macs.includes(mac)) return peer.node;
    return null;
  }
  /** Only of a holder that we hear, that holds for good, and whose MACs we know. */
  #expectedOf(ip) {
    const { node, addresses, liveness } = this.#world;
    const record = addresses.get(ip);
    if (record === void 0 || record.waiting !== null) return null;
    if (record.heldGeneration !== null) return node;
    const peer = record.holder === null ? void 0 : liveness.peer(record.holder);
    const isKnown = peer?.state === "heard" && !peer.starting && peer.macs.length > 0;
    return isKnown ? peer.node : null;
  }
  #verifiersOf(ip) {
    const { addresses, liveness } = this.#world;
    const record = addresses.get(ip);
    if (record === void 0) return [];
    return record.plan.rank.filter((node) => liveness.viewOf(node, record.linkIds)?.alive === true);
  }
};

// src/multi-ip/holder.ts
var GATED = 2 ** 48;
var UNFENCED = -1;
function holderOf({ rank, generation }, viewOf) {
  let holder = null;
  let behind = Infinity;
  for (const node of rank) {
    const view = viewOf(node);
    if (view?.alive !== true) continue;
    const fence = view.fenceGeneration < generation ? UNFENCED : view.fenceGeneration;
    const standing = view.gated ? GATED + fence : fence;
    if (standing === UNFENCED) return node;
    if (standing >= behind) continue;
    holder = node;
    behind = standing;
  }
  return holder;
}

// src/speaker/ids.ts
function idOf(name) {
  return stableHash(name) * 65536 + (stableHash(`${name}/`) & 65535);
}

// src/speaker/links.ts
var EXCLUDED_INTERFACES = [
  "docker.*|cbr.*|dummy.*|virbr.*|lxc.*|veth.*|lo|cali.*|tunl.*|flannel.*|kube-ipvs.*|cni.*",
  "nodelocaldns.*|cilium_.*|vxlan\\.calico|weave|kube-bridge|ovn-k8s-.*|antrea-.*"
].map((names) => new RegExp(`^(?:${names})$`));
function usableLinks(links, hadIpv6) {
  const usable = [];
  for (const link of links) {
    const { index, name, mac, addresses } = link;
    if (mac === null || !link.ethernet || !link.up || !link.carrier) continue;
    if (link.masterIndex !== null || link.noArp) continue;
    const families = [];
    if (link.broadcast) families.push("IPv4");
    if (hadIpv6.has(index)) families.push("IPv6");
    const usual = !EXCLUDED_INTERFACES.some((pattern) => pattern.test(name));
    if (families.length > 0) usable.push({ index, name, mac, usual, families, addresses });
  }
  return usable;
}
function linksFor(usable, interfaces, family) {
  return usable.filter(
    (link) => link.families.includes(family) && (interfaces.length === 0 ? link.usual : interfaces.includes(link.name))
  );
}
function wantedLinkIds(interfaces, family) {
  return interfaces.length === 0 ? [idOf(`${family} *`)] : interfaces.map((name) => idOf(`${family} ${name}`));
}
function reportedLinkIds(usable, named) {
  const ids = /* @__PURE__ */ new Set();
  for (const link of usable) {
    for (const family of link.families) {
      if (link.usual) ids.add(idOf(`${family} *`));
      if (named.has(link.name)) ids.add(idOf(`${family} ${link.name}`));
    }
  }
  return ids;
}

// src/speaker/addresses.ts
var Addresses = class {
  #records = /* @__PURE__ */ new Map();
  #byNode = /* @__PURE__ */ new Map();
  #named = /* @__PURE__ */ new Map();
  waiting = /* @__PURE__ */ new Set();
  held = /* @__PURE__ */ new Set();
  #nodesChanged = false;
  get(address) {
    return this.#records.get(address);
  }
  all() {
    return this.#records.values();
  }
  ips() {
    return this.#records.keys();
  }
  ofNode(node) {
    return this.#byNode.get(node) ?? [];
  }
  /** Every node in the rank of some address here, and those that hold one until it is handed over. */
  nodes() {
    return new Set(this.#byNode.keys());
  }
  /** @returns whether `nodes` are others than when it was asked last */
  takeNodesChanged() {
    const changed = this.#nodesChanged;
    this.#nodesChanged = false;
    return changed;
  }
  /** Every interface that some address names. */
  namedInterfaces() {
    return new Set(this.#named.keys());
  }
  /** @returns the record under the new plan; a new one for a new address */
  put(plan2) {
    const family = familyOf(plan2.address);
    let record = this.#records.get(plan2.address);
    if (record !== void 0) {
      this.#unfile(record);
      record.plan = plan2;
      record.linkIds = wantedLinkIds(plan2.interfaces, family);
    } else {
      record = {
        ...{ plan: plan2, family, linkIds: wantedLinkIds(plan2.interfaces, family) },
        ...{
          holder: plan2.holder,
          hadHolder: plan2.holder !== null,
          strangersFromMs: -Infinity,
          decidedGeneration: -1,
          heldGeneration: null,
          links: [],
          nodes: /* @__PURE__ */ new Set(),
          waiting: null
        }
      };
      this.#records.set(plan2.address, record);
    }
    const { holder } = record;
    this.#file(record, holder === null ? plan2.rank : [...plan2.rank, holder]);
    return record;
  }
  /** Decided: who held it before is concerned no more, unless it is ranked. */
  settle(record) {
    if (record.nodes.size === record.plan.rank.length) return;
    this.#unfile(record);
    this.#file(record, record.plan.rank);
  }
  delete(record) {
    this.#unfile(record);
    this.#records.delete(record.plan.address);
    this.waiting.delete(record);
    this.held.delete(record);
  }
  #file(record, nodes) {
    record.nodes = new Set(nodes);
    for (const node of record.nodes) {
      const records = this.#byNode.get(node);
      if (records !== void 0) records.add(record);
      else {
        this.#byNode.set(node, /* @__PURE__ */ new Set([record]));
        this.#nodesChanged = true;
      }
    }
    for (const name of record.plan.interfaces) {
      this.#named.set(name, (this.#named.get(name) ?? 0) + 1);
    }
  }
  #unfile(record) {
    for (const node of record.nodes) {
      const records = this.#byNode.get(node);
      if (records?.delete(record) !== true || records.size > 0) continue;
      this.#byNode.delete(node);
      this.#nodesChanged = true;
    }
    for (const name of record.plan.interfaces) {
      const count = (this.#named.get(name) ?? 0) - 1;
      if (count > 0) this.#named.set(name, count);
      else this.#named.delete(name);
    }
  }
};

// src/speaker/handover.ts
var OVERLAP_MS = 150;
var GAIN_WAIT_MS = 1e3;
function handover(situation) {
  const { mine, holding, able, replanned, yielding, other } = situation;
  if (!able) return holding ? { kind: "release" } : { kind: "keep" };
  if (mine === holding) return { kind: "keep" };
  if (mine) {
    const waits = replanned && other === "uninformed";
    return waits ? { kind: "wait", what: "gain", forMs: GAIN_WAIT_MS } : { kind: "gain" };
  }
  if (!(replanned || yielding) || other === "none") return { kind: "release" };
  const forMs = other === "informed" || !replanned ? OVERLAP_MS : Infinity;
  return { kind: "wait", what: "release", forMs };
}

// src/speaker/holdings.ts
var STRANGERS_GRACE_MS = 1e3;
var Holdings = class {
  addresses = new Addresses();
  #world;
  constructor(world) {
    this.#world = world;
  }
  /** When `waited` is to be called; Infinity: never. */
  get dueMs() {
    let due = Infinity;
    for (const { waiting } of this.addresses.waiting) {
      if (waiting !== null) due = Math.min(due, waiting.untilMs);
    }
    return due;
  }
  holdingOf(ip, linkIndex) {
    const record = this.addresses.get(ip);
    if (record === void 0) return "not-ours";
    if (record.heldGeneration === null) return "not-holding";
    return record.links.some((link) => link.index === linkIndex) ? "held" : "wrong-interface";
  }
  /** The address is no longer in the plan. */
  remove(address) {
    const record = this.addresses.get(address);
    if (record === void 0) return;
    if (record.heldGeneration !== null) this.#release(record, null, "plan");
    this.#world.guard.forget(address);
    this.addresses.delete(record);
  }
  releaseAll(reason) {
    for (const record of this.addresses.held) this.#release(record, null, reason);
  }
  /** Interfaces came or went: what is held is answered on those that are. */
  followLinks(nowMs) {
    for (const record of this.addresses.held) {
      this.#answerOn(record, this.#world.linksOf(record), nowMs);
    }
  }
  /**
   * A node is heard again that may have answered for what we hold, on its side of a partition: clients that heard it
   * announce an address go on sending to it until somebody announces otherwise.
   */
  announceAgain(node, nowMs) {
    for (const record of this.addresses.ofNode(node)) this.#announceAgain(record, nowMs);
  }
  #announceAgain({ plan: { address }, links }, nowMs) {
    for (const link of links) this.#world.announcer.again(address, link.index, nowMs);
  }
  /** For those that waited long enough, the other side had its time. */
  waited(nowMs) {
    for (const record of this.addresses.waiting) {
      if (record.waiting === null || record.waiting.untilMs > nowMs) continue;
      const { what } = record.waiting;
      const next = this.#holderOf(record);
      if (what === "gain") this.#gain(record, this.#world.linksOf(record), nowMs);
      else this.#release(record, next, this.#reason(record, next));
      this.#decided(record, next);
    }
  }
  /** Asks who the holder is, now that something changed that it depends on. */
  decide(record, nowMs) {
    const { node, liveness } = this.#world;
    const able = liveness.serving;
    const next = able ? this.#holderOf(record) : null;
    const holding = record.heldGeneration !== null;
    const mine = next === node;
    const links = mine || holding ? this.#world.linksOf(record) : [];
    const { generation } = record.plan;
    const verdict = handover({
      ...{ mine, holding },
      able: able && (mine || links.length > 0),
      replanned: generation > (record.heldGeneration ?? record.decidedGeneration),
      yielding: liveness.isGated(node),
      other: this.#otherSide(mine ? record.holder : next, generation)
    });
    if (verdict.kind === "wait") {
      this.#wait(record, verdict.what, nowMs + verdict.forMs);
      return;
    }
    if (verdict.kind !== "gain") this.#world.guard.forget(record.plan.address);
    else if (!this.#world.guard.mayUse(record, nowMs)) return;
    if (verdict.kind === "gain") this.#gain(record, links, nowMs);
    if (verdict.kind === "release") this.#release(record, next, this.#reason(record, next));
    const isOff = verdict.kind === "keep" && record.waiting?.what === "release";
    if (isOff) this.#announceAgain(record, nowMs);
    if (able) this.#decided(record, next);
  }
  #holderOf({ plan: plan2, linkIds }) {
    return holderOf(plan2, (node) => this.#world.liveness.viewOf(node, linkIds));
  }
  #otherSide(node, generation) {
    if (node === null || node === this.#world.node) return "none";
    const peer = this.#world.liveness.peer(node);
    if (peer === void 0 || peer.dead) return "none";
    return peer.planGeneration >= generation ? "informed" : "uninformed";
  }
  #wait(record, what, untilMs) {
    const since = record.waiting;
    const keeps = since?.what === what && untilMs < Infinity;
    record.waiting = { what, untilMs: keeps ? Math.min(since.untilMs, untilMs) : untilMs };
    this.addresses.waiting.add(record);
  }
  #decided(record, holder) {
    record.waiting = null;
    this.addresses.waiting.delete(record);
    record.holder = holder;
    record.hadHolder ||= holder !== null;
    record.decidedGeneration = record.plan.generation;
    this.addresses.settle(record);
    const { address, generation } = record.plan;
    if (record.heldGeneration !== null && record.heldGeneration !== generation) {
      record.heldGeneration = generation;
      this.#world.emit({ kind: "kept", address, generation });
    }
    const needed = record.heldGeneration !== null || record.plan.rank.includes(this.#world.node);
    if (!needed) this.addresses.delete(record);
  }
  #reason(record, to) {
    const { node, liveness } = this.#world;
    const from = record.holder;
    if (to === null) return "no-node";
    if (from === null) return "first";
    const peer = liveness.peer(from);
    if (peer?.left === true) return "speaker-stopped";
    if (from !== node && (peer === void 0 || peer.dead || peer.starting)) return "node-lost";
    if (liveness.viewOf(from, record.linkIds)?.alive !== true) return "interface-lost";
    if (record.plan.generation > record.decidedGeneration) return "plan";
    if (liveness.isGated(from) && !liveness.isGated(to)) return "gate-closed";
    return from === to ? "returned-after-loss" : "partition-mended";
  }
  #gain(record, links, nowMs) {
    const { address, generation } = record.plan;
    const [from, to] = [record.holder, this.#world.node];
    const reason = this.#reason(record, to);
    record.heldGeneration = generation;
    record.strangersFromMs = from === null ? nowMs : nowMs + STRANGERS_GRACE_MS;
    this.addresses.held.add(record);
    this.#answerOn(record, links, nowMs);
    const change = { address, from, to, gained: true, generation, reason };
    this.#world.emit({ kind: "holding", change });
  }
  #release(record, to, reason) {
    const { address, generation } = record.plan;
    record.heldGeneration = null;
    this.addresses.held.delete(record);
    this.#world.guard.released(address);
    this.#answerOn(record, [], 0);
    const change = { address, from: this.#world.node, to, gained: false, generation, reason };
    this.#world.emit({ kind: "holding", change });
  }
  /** A link whose MAC changed is another: it is announced anew. */
  #answerOn(record, links, nowMs) {
    const before = record.links;
    record.links = links;
    const { address } = record.plan;
    for (const link of before) {
      if (links.some((other) => isSameLink(link, other))) continue;
      this.#world.announcer.lost(address, link.index);
      this.#group("leave-group", record, link.index);
    }
    for (const link of links) {
      if (before.some((other) => isSameLink(link, other))) continue;
      this.#world.announcer.gained(address, link.index, nowMs);
      this.#group("join-group", record, link.index);
    }
  }
  #group(kind, record, linkIndex) {
    if (record.family === "IPv4") return;
    this.#world.emit({ kind, linkIndex, group: solicitedNodeGroup(record.plan.address) });
  }
};
function isSameLink(a, b) {
  return a.index === b.index && a.mac === b.mac;
}

// src/speaker/link-fences.ts
var NO_LINKS = { usable: /* @__PURE__ */ new Map(), lost: /* @__PURE__ */ new Map() };
var REPORTS_MAX = 128;
function updateLinkFences(before, usable, now) {
  const next = /* @__PURE__ */ new Map();
  const lost = new Map(before.lost);
  for (const id of usable) {
    const gone = lost.get(id);
    const told = gone !== void 0 && now.heardMs > gone.atMs + now.graceMs;
    next.set(id, before.usable.get(id) ?? (told ? now.fence : gone?.fence ?? 0));
    lost.delete(id);
  }
  for (const [id, fence] of before.usable) {
    if (!usable.has(id)) lost.set(id, { atMs: now.nowMs, fence });
  }
  return { usable: next, lost };
}
function linkReports({ usable }) {
  return [...usable].map(([link, fence]) => ({ link, fence })).sort((a, b) => a.link - b.link).slice(0, REPORTS_MAX);
}

// src/speaker/wire/heartbeat.ts
var UINT48_MAX = 2 ** 48 - 1;

// src/speaker/peers.ts
var TURNS = 256;
var FENCE_EVERYTHING = UINT48_MAX;
var GENERATION_MAX = Math.floor(UINT48_MAX / TURNS) - 1;
function fenceAt(generation, turn = 0) {
  return Math.min(generation, GENERATION_MAX) * TURNS + Math.min(turn, TURNS - 1);
}
function fencedGeneration(fence) {
  return Math.floor(fence / TURNS);
}
function newPeer(known) {
  return {
    ...known,
    ...{ state: "unjudged", lingering: false },
    ...{ vouchedFor: false, suspected: false, dead: false, doubtsUs: false, left: false },
    ...{ imposedFence: 0 },
    ...{ incarnation: 0, sequence: 0, fence: 0, planGeneration: 0, inServiceSeconds: 0 },
    ...{ starting: false, gated: false, intervalMs: 0, detectionMs: 0 },
    ...{ heard: [], links: [], macs: [] }
  };
}
var SETTLED_SECONDS = 60;
function fenceBehind(heard, generation) {
  const newest = Math.max(generation, ...heard.map((peer) => peer.planGeneration));
  const turns = heard.filter((peer) => !peer.starting && peer.inServiceSeconds >= SETTLED_SECONDS).filter((peer) => fencedGeneration(peer.fence) === newest).map((peer) => peer.fence - fenceAt(newest) + 1);
  return fenceAt(newest, Math.max(0, ...turns));
}
function viewFrom(node, reports, wanted) {
  const { alive, fence, gated } = node;
  if (!alive || reports === void 0) return { alive, gated, fenceGeneration: fence / TURNS };
  let linkFence = Infinity;
  for (const report of reports) {
    if (wanted.includes(report.link)) linkFence = Math.min(linkFence, report.fence);
  }
  const fenceGeneration = Math.max(fence, linkFence) / TURNS;
  return { alive: linkFence < Infinity, gated, fenceGeneration };
}
function isExpired(peer, nowMs) {
  return peer.state !== "silent" && peer.deadlineMs <= nowMs;
}
function verdictOn2(peer) {
  if (peer.dead) return peer.left ? "left" : "lost";
  return peer.vouchedFor ? "vouched-for" : "heard-again";
}
function knowsItsFence({ state, fence, imposedFence }) {
  if (state !== "heard" || imposedFence === 0) return false;
  return fencedGeneration(fence) >= fencedGeneration(imposedFence);
}
function listenTo(peer, heartbeat, now) {
  const { incarnation, sequence, leaving } = heartbeat;
  const restarted = incarnation > peer.incarnation;
  const isNewer = restarted || incarnation === peer.incarnation && sequence > peer.sequence;
  if (!isNewer) return "replayed";
  const wasThere = peer.incarnation === 0 ? peer.awaited : !restarted;
  const listened = {
    differs: peer.fence !== heartbeat.fence || peer.gated !== heartbeat.gated || (leaving ? peer.state !== "silent" : peer.state === "unjudged" || peer.dead) || !sameLinks(peer.links, heartbeat.links),
    informed: heartbeat.planGeneration > peer.planGeneration,
    ourAbsence: wasThere && !heartbeat.starting
  };
  peer.state = leaving ? "silent" : "heard";
  peer.left = leaving;
  peer.suspected = false;
  peer.deadlineMs = now.nowMs + Math.max(now.detectionMs, heartbeat.detectionMs);
  peer.incarnation = incarnation;
  peer.sequence = sequence;
  peer.fence = heartbeat.fence;
  peer.planGeneration = heartbeat.planGeneration;
  peer.inServiceSeconds = heartbeat.inServiceSeconds;
  peer.starting = heartbeat.starting;
  peer.gated = heartbeat.gated;
  peer.intervalMs = heartbeat.intervalMs;
  peer.detectionMs = heartbeat.detectionMs;
  peer.heard = heartbeat.heard;
  peer.links = heartbeat.links;
  peer.macs = heartbeat.macs;
  return listened;
}
var NEXT_HEARTBEATS = 2.5;
function excuse(peer, stall) {
  const { nowMs, latenessMs } = stall;
  const detectionMs = Math.max(stall.detectionMs, peer.detectionMs);
  const putOffMs = Math.min(peer.deadlineMs + latenessMs, nowMs + detectionMs);
  const patienceMs = NEXT_HEARTBEATS * Math.max(stall.intervalMs, peer.intervalMs);
  const wasLong = latenessMs >= detectionMs / 2;
  peer.deadlineMs = wasLong ? Math.max(putOffMs, nowMs + patienceMs) : putOffMs;
}
function sameLinks(a, b) {
  return a.length === b.length && a.every((report, i) => report.link === b[i]?.link && report.fence === b[i].fence);
}

// src/speaker/rounds.ts
var PEERS_PER_BEAT = 32;
var [BEATS, DETECTIONS] = [33, 20];
var PROMPT_INTERVAL_MS = 20;
function roundsFor(peers, { intervalMs, detectionMs }) {
  const noticeable = Math.floor(detectionMs * DETECTIONS / (intervalMs * BEATS));
  return Math.max(1, Math.min(Math.ceil(peers / PEERS_PER_BEAT), noticeable));
}
var Rounds = class {
  #rhythm;
  #peers = [];
  #rounds = 1;
  #beat = 0;
  #dueMs = Infinity;
  #lastSentMs = -Infinity;
  #prompt = false;
  #toAllUntilMs = -Infinity;
  constructor(rhythm) {
    this.#rhythm = rhythm;
  }
  get dueMs() {
    return this.#dueMs;
  }
  /** Every peer is sent a heartbeat at least this often. */
  get intervalMs() {
    return this.#rhythm.intervalMs * this.#rounds;
  }
  setPeers(peers) {
    this.#peers = [...peers].filter((peer) => peer.addresses.length > 0);
    this.#rounds = roundsFor(this.#peers.length, this.#rhythm);
  }
  /** A beat now, and every beat to all until then. */
  toAll(nowMs, untilMs) {
    this.#toAllUntilMs = Math.max(this.#toAllUntilMs, untilMs);
    this.#dueMs = nowMs;
  }
  /** A beat to all as soon as may be, and every beat to all until then. */
  insist(nowMs, untilMs) {
    this.#toAllUntilMs = Math.max(this.#toAllUntilMs, untilMs);
    this.promptly(nowMs);
  }
  /** A beat to all as soon as may be. */
  promptly(nowMs) {
    this.#prompt = true;
    this.#dueMs = Math.min(this.#dueMs, Math.max(nowMs, this.#lastSentMs + PROMPT_INTERVAL_MS));
  }
  /** To be called when a beat is due. @returns those that it goes to */
  next(nowMs) {
    const { intervalMs } = this.#rhythm;
    const late = nowMs >= this.#dueMs + intervalMs;
    const toAll = this.#rounds === 1 || this.#prompt || late || nowMs < this.#toAllUntilMs;
    this.#lastSentMs = nowMs;
    this.#prompt = false;
    const next = this.#dueMs + intervalMs;
    this.#dueMs = next > nowMs ? next : nowMs + intervalMs;
    if (toAll) return this.#peers;
    const turn = this.#beat = (this.#beat + 1) % this.#rounds;
    return this.#peers.filter((_, i) => i % this.#rounds === turn);
  }
};

// src/speaker/vouching.ts
var SUSPECT_SHARE = 8;
var Vouching = class {
  #lists = /* @__PURE__ */ new Map();
  #counts = /* @__PURE__ */ new Map();
  /** How many nodes we hear. */
  get hearing() {
    return this.#lists.size;
  }
  /** How many of them hear this one. */
  of(id) {
    return this.#counts.get(id) ?? 0;
  }
  /** Whether a node that we do not hear is unheard by so many that it is perhaps dead. */
  isSuspect(id) {
    const all = this.hearing + 1;
    return (all - this.of(id)) * SUSPECT_SHARE >= all;
  }
  /** We hear a node. @returns whether it hears others than before */
  put(voucher, heard) {
    const before = this.#lists.get(voucher);
    if (before !== void 0 && isSame3(before, heard)) return false;
    this.delete(voucher);
    this.#lists.set(voucher, heard);
    for (const id of heard) this.#counts.set(id, this.of(id) + 1);
    return true;
  }
  /** We hear it no more: its word counts for nothing. */
  delete(voucher) {
    for (const id of this.#lists.get(voucher) ?? []) {
      const count = this.of(id) - 1;
      if (count > 0) this.#counts.set(id, count);
      else this.#counts.delete(id);
    }
    this.#lists.delete(voucher);
  }
};
function isSame3(a, b) {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

// src/speaker/liveness.ts
var LATENESS_MS_MIN = 5;
var Liveness = class {
  #self;
  #selfId;
  #incarnation;
  #intervalMs;
  #detectionMs;
  #rounds;
  #vouching = new Vouching();
  #peers = /* @__PURE__ */ new Map();
  #byName = /* @__PURE__ */ new Map();
  #phase = "idle";
  #startEndsMs = Infinity;
  #isolated = false;
  #generation = 0;
  #fence = FENCE_EVERYTHING;
  #inServiceSinceMs = 0;
  #links = [];
  #macs = [];
  #gated = false;
  #sequence = 0;
  #rechecking = false;
  #effects = [];
  #changed = /* @__PURE__ */ new Set();
  constructor(options) {
    this.#self = options.node;
    this.#selfId = idOf(options.node);
    this.#incarnation = options.incarnation;
    this.#intervalMs = options.intervalMs;
    this.#detectionMs = options.detectionMs;
    this.#rounds = new Rounds(options);
  }
  /** True once we have listened for the detection time: nothing is held before, nothing after leaving began. */
  get serving() {
    return this.#phase === "serving";
  }
  get isolated() {
    return this.#isolated;
  }
  get fence() {
    return this.#fence;
  }
  get peers() {
    return this.#peers;
  }
  peer(node) {
    return this.#byName.get(node);
  }
  /** True where the node has said that it cannot forward. */
  isGated(node) {
    return node === this.#self ? this.#gated : this.peer(node)?.gated === true;
  }
  /** When the next "timer" is wanted; Infinity: never. */
  get dueMs() {
    let due = Math.min(
      this.#rounds.dueMs,
      this.#phase === "starting" ? this.#startEndsMs : Infinity
    );
    if (this.#rechecking) return this.#rounds.dueMs;
    for (const peer of this.#peers.values()) {
      if (peer.state !== "silent" && peer.deadlineMs < due) due = peer.deadlineMs;
    }
    return this.#phase === "idle" ? Infinity : due;
  }
  /**
   * What an address with these interfaces may expect of a node.
   *
   * @param links ids of the interfaces of which any one will do, see links.ts
   * @returns undefined for a node of which nothing is known
   */
  viewOf(node, links) {
    if (node === this.#self) {
      const self = { alive: this.serving, fence: this.#fence, gated: this.#gated };
      return viewFrom(self, this.#links, links);
    }
    const peer = this.#byName.get(node);
    if (peer === void 0) return void 0;
    const reports = peer.state === "unjudged" && peer.incarnation === 0 ? void 0 : peer.links;
    const fence = Math.max(peer.fence, peer.imposedFence);
    return viewFrom({ alive: !peer.dead, fence, gated: peer.gated }, reports, links);
  }
  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event) {
    this.#effects = [];
    this.#apply(event);
    if (this.#changed.size > 0) {
      this.#effects.push({ kind: "changed", nodes: [...this.#changed] });
      this.#changed.clear();
      this.#rounds.promptly(event.nowMs);
    }
    if (this.#rounds.dueMs <= event.nowMs && this.#phase !== "idle") this.#send(event.nowMs);
    return this.#effects;
  }
  #apply(event) {
    const { nowMs } = event;
    switch (event.kind) {
      case "start":
        this.#start(nowMs);
        return;
      case "peers":
        this.#setPeers(event.peers, nowMs);
        return;
      case "heard":
        this.#heard(event.heartbeat, nowMs);
        return;
      case "timer":
        this.#timer(nowMs);
        return;
      case "rechecked":
        this.#rechecked(nowMs);
        return;
      case "plan":
        if (event.generation <= this.#generation) return;
        this.#generation = event.generation;
        this.#rounds.promptly(nowMs);
        return;
      case "links":
        this.#links = event.links;
        this.#changed.add(this.#self);
        return;
      case "macs":
        this.#macs = event.macs;
        this.#rounds.promptly(nowMs);
        return;
      case "gate":
        if (this.#gated !== event.open) return;
        this.#gated = !event.open;
        if (event.open && this.#phase === "serving") this.#fenceSelf(nowMs);
        this.#changed.add(this.#self);
        return;
      case "leave":
        this.#phase = "leaving";
        this.#rounds.toAll(nowMs, Infinity);
        return;
    }
  }
  #start(nowMs) {
    if (this.#phase !== "idle") return;
    this.#phase = "starting";
    this.#startEndsMs = nowMs + this.#detectionMs;
    this.#rounds.toAll(nowMs, this.#startEndsMs);
    for (const peer of this.#peers.values()) peer.deadlineMs = this.#startEndsMs;
  }
  #setPeers(wanted, nowMs) {
    const names = new Set(wanted.map((peer) => peer.node));
    for (const peer of this.#peers.values()) if (!names.has(peer.node)) this.#forget(peer);
    for (const { node, addresses, lingering } of wanted) {
      const peer = this.#byName.get(node) ?? this.#addPeer(node, addresses, nowMs);
      peer.addresses = addresses;
      peer.lingering = lingering;
    }
    this.#rounds.setPeers(this.#peers.values());
    this.#judgeAll(nowMs);
  }
  #forget(peer) {
    this.#peers.delete(peer.id);
    this.#vouching.delete(peer.id);
    this.#rounds.setPeers(this.#peers.values());
    this.#byName.delete(peer.node);
    this.#changed.add(peer.node);
  }
  #addPeer(node, addresses, nowMs) {
    const awaited = this.#phase === "idle" || this.#phase === "starting";
    const deadlineMs = nowMs + this.#detectionMs;
    const peer = newPeer({ node, id: idOf(node), addresses, deadlineMs, awaited });
    this.#peers.set(peer.id, peer);
    this.#byName.set(node, peer);
    this.#changed.add(node);
    return peer;
  }
  #timer(nowMs) {
    const latenessMs = nowMs - this.dueMs;
    if (latenessMs >= LATENESS_MS_MIN) {
      const [intervalMs, detectionMs] = [this.#intervalMs, this.#detectionMs];
      const stall = { nowMs, latenessMs, intervalMs, detectionMs };
      for (const peer of this.#peers.values()) excuse(peer, stall);
    }
    const expired = [...this.#peers.values()].some((peer) => isExpired(peer, nowMs));
    const startEnds = this.#phase === "starting" && this.#startEndsMs <= nowMs;
    if (this.#rechecking || !(expired || startEnds)) return;
    this.#rechecking = true;
    this.#effects.push({ kind: "recheck" });
  }
  #rechecked(nowMs) {
    if (!this.#rechecking) return;
    this.#rechecking = false;
    for (const peer of this.#peers.values()) {
      if (!isExpired(peer, nowMs)) continue;
      peer.state = "silent";
      this.#vouching.delete(peer.id);
    }
    this.#judgeAll(nowMs);
    if (this.#phase === "starting" && this.#startEndsMs <= nowMs) {
      this.#phase = "serving";
      this.#fenceSelf(nowMs);
    }
  }
  #heard(heartbeat, nowMs) {
    if (heartbeat.sender === this.#selfId) {
      this.#effects.push({ kind: "fault", name: "heartbeat-own" });
      return;
    }
    const peer = this.#peers.get(heartbeat.sender);
    if (peer === void 0) {
      this.#effects.push({ kind: "fault", name: "heartbeat-unknown-node" });
      return;
    }
    const before = listenTo(peer, heartbeat, { nowMs, detectionMs: this.#detectionMs });
    if (before === "replayed") {
      this.#effects.push({ kind: "fault", name: "heartbeat-replayed" });
      return;
    }
    if (before.differs) this.#changed.add(peer.node);
    const doubts = heartbeat.isolated || heartbeat.lost.includes(this.#selfId);
    if (doubts !== peer.doubtsUs) this.#effects.push({ kind: "doubted", node: peer.node });
    peer.doubtsUs = doubts;
    if (before.informed) this.#effects.push({ kind: "informed", nodes: [peer.node] });
    const wasIsolated = this.#isolated;
    const vouches = this.#vouch(peer);
    if (before.differs || vouches) this.#judgeAll(nowMs);
    if (wasIsolated && !this.#isolated && before.ourAbsence) this.#cameBack(peer, nowMs);
    if (this.#isDeclaredDeadBy(heartbeat)) this.#fenceSelf(nowMs);
  }
  /** @returns whether its word is another than before */
  #vouch(peer) {
    if (peer.state === "heard") return this.#vouching.put(peer.id, peer.heard);
    this.#vouching.delete(peer.id);
    return true;
  }
  /** Somebody whom we hear has given our addresses away, at a plan that our fence does not cover. */
  #isDeclaredDeadBy(heartbeat) {
    if (this.#phase !== "serving" || heartbeat.isolated) return false;
    const known = Math.max(this.#generation, heartbeat.planGeneration);
    return this.#fence < fenceAt(known) && heartbeat.lost.includes(this.#selfId);
  }
  /** It was we who heard nobody, for the first peer heard was there all the time: what we believed is void. */
  #cameBack(first, nowMs) {
    for (const peer of this.#peers.values()) {
      if (peer === first || peer.state !== "silent" || peer.left) continue;
      peer.state = "unjudged";
      peer.deadlineMs = nowMs + this.#detectionMs;
    }
    this.#judgeAll(nowMs);
    for (const peer of this.#peers.values()) peer.imposedFence = 0;
    if (this.#phase === "serving") this.#fenceSelf(nowMs);
  }
  /** Behind everybody who has served for long; level with those who start or come back with us. */
  #fenceSelf(nowMs) {
    const peers = [...this.#peers.values()].filter((peer) => peer.state === "heard");
    const fence = fenceBehind(peers, this.#generation);
    this.#fence = this.#fence === FENCE_EVERYTHING ? fence : Math.max(this.#fence, fence);
    this.#inServiceSinceMs = nowMs;
    this.#changed.add(this.#self);
  }
  /** Brings `dead` of every peer in line with who is heard and who vouches, and notes what changed. */
  #judgeAll(nowMs) {
    let isolated = this.#peers.size > 0;
    for (const peer of this.#peers.values()) {
      const silent = peer.state === "silent";
      if (!silent) isolated = false;
      peer.vouchedFor = silent && !peer.left && this.#isVouchedFor(peer, nowMs);
      const dead = silent && !peer.vouchedFor;
      if (dead !== peer.dead) {
        peer.dead = dead;
        peer.imposedFence = this.#imposedOn(peer);
        if (!peer.lingering) {
          this.#effects.push({ kind: "judged", node: peer.node, verdict: verdictOn2(peer) });
        }
        if (!dead && !peer.starting) this.#effects.push({ kind: "doubted", node: peer.node });
        this.#changed.add(peer.node);
      }
      if (knowsItsFence(peer)) {
        peer.imposedFence = 0;
        this.#changed.add(peer.node);
      }
    }
    if (isolated !== this.#isolated) this.#rounds.promptly(nowMs);
    this.#isolated = isolated;
  }
  /**
   * Until it says that it knows, a node back from the dead may hold only plans newer than its return.
   * One that was never heard has lost nothing: it was late to learn that we are its peer.
   */
  #imposedOn(peer) {
    if (peer.dead) return peer.incarnation === 0 ? 0 : FENCE_EVERYTHING;
    return peer.imposedFence === 0 ? 0 : fenceAt(this.#generation, Infinity);
  }
  /** Where it may be about to die all are told, for a while at every beat, whom we hear: so all know when the last one does. */
  #isVouchedFor(peer, nowMs) {
    if (!peer.suspected && this.#vouching.isSuspect(peer.id)) {
      peer.suspected = true;
      this.#rounds.insist(nowMs, nowMs + this.#detectionMs);
    }
    return this.#vouching.of(peer.id) > 0;
  }
  #send(nowMs) {
    const to = this.#rounds.next(nowMs);
    if (to.length > 0) this.#effects.push({ kind: "send", heartbeat: this.#heartbeat(nowMs), to });
  }
  #heartbeat(nowMs) {
    const [heard, lost] = [[], []];
    for (const peer of this.#peers.values()) {
      if (peer.state === "heard") heard.push(peer.id);
      if (peer.imposedFence > 0 && !peer.vouchedFor) lost.push(peer.id);
    }
    const seconds2 = Math.floor((nowMs - this.#inServiceSinceMs) / 1e3);
    return {
      sender: this.#selfId,
      leaving: this.#phase === "leaving",
      starting: this.#phase === "starting",
      isolated: this.#isolated,
      gated: this.#gated,
      incarnation: this.#incarnation,
      sequence: this.#sequence = (this.#sequence + 1) % UINT48_MAX,
      fence: this.#fence,
      planGeneration: this.#generation,
      inServiceSeconds: this.#phase === "serving" ? Math.min(seconds2, 65535) : 0,
      intervalMs: this.#rounds.intervalMs,
      detectionMs: this.#detectionMs,
      heard,
      lost,
      links: this.#links,
      macs: this.#macs
    };
  }
};

// src/speaker/membership.ts
var Membership = class {
  #self;
  #nodes = [];
  /** Nodes that shared an address with us once. */
  #met = /* @__PURE__ */ new Set();
  constructor(self) {
    this.#self = self;
  }
  /** All nodes of the cluster. */
  setNodes(nodes) {
    this.#nodes = nodes;
    const names = new Set(nodes.map(({ node }) => node));
    for (const node of this.#met) if (!names.has(node)) this.#met.delete(node);
  }
  /** @param sharing the nodes that share an address with us now */
  peers(sharing) {
    const wanted = [];
    for (const known of this.#nodes) {
      const { node } = known;
      const shares = sharing.has(node);
      if (node === this.#self || !(shares || this.#met.has(node))) continue;
      this.#met.add(node);
      wanted.push({ ...known, lingering: !shares });
    }
    return wanted;
  }
};

// src/speaker/poke.ts
function poke(peers, links, beat) {
  const lost = peers.filter((peer) => peer.state === "silent" && !peer.left);
  const turns = peers.filter((peer) => peer.state === "heard").length + 1;
  if (lost.length === 0 || beat % turns !== 0) return null;
  const address = lost[beat / turns % lost.length]?.addresses[0];
  return address === void 0 ? null : question(address, links);
}
function question(target, links) {
  for (const link of links) {
    const own = link.addresses.find((address) => isOnLink(target, address));
    if (own !== void 0) return ask(link, target, own.ip);
  }
  return null;
}

// src/speaker/speaker.ts
var MACS_MAX = 64;
var Speaker = class {
  #options;
  #liveness;
  #announcer;
  #holdings;
  #guard;
  #membership;
  #hadIpv6 = /* @__PURE__ */ new Set();
  #usable = [];
  #byIndex = /* @__PURE__ */ new Map();
  #linkFences = NO_LINKS;
  #macs = [];
  #linkSets = /* @__PURE__ */ new Map();
  #heardMs = -Infinity;
  #generation = 0;
  #beat = 0;
  #leaveAtMs = Infinity;
  #left = false;
  #timerMs = Infinity;
  #effects = [];
  constructor(options) {
    this.#options = options;
    this.#liveness = new Liveness(options);
    this.#membership = new Membership(options.node);
    this.#announcer = new Announcer(options);
    this.#holdings = new Holdings({
      node: options.node,
      liveness: this.#liveness,
      announcer: this.#announcer,
      linksOf: (record) => this.#linksOf(record),
      emit: (effect) => this.#effects.push(effect),
      guard: {
        mayUse: (record, nowMs) => this.#guard.mayUse(record, nowMs),
        forget: (address) => {
          this.#guard.forget(address);
        },
        released: (address) => {
          this.#guard.released(address);
        }
      }
    });
    this.#guard = new Guard(
      {
        node: options.node,
        liveness: this.#liveness,
        addresses: this.#holdings.addresses,
        linksOf: (record) => this.#linksOf(record),
        links: () => this.#usable,
        decide: (record, nowMs) => {
          this.#decide(record, nowMs);
        },
        emit: (effect) => this.#effects.push(effect)
      },
      {
        verifyIntervalMs: options.verifyIntervalMs ?? 0,
        doubleMs: options.detectionMs + options.intervalMs
      }
    );
  }
  /** For metrics and readiness. */
  get liveness() {
    return this.#liveness;
  }
  get heldCount() {
    return this.#holdings.addresses.held.size;
  }
  /** Moves by one event. @returns what to do, in order; the array is the caller's */
  step(event) {
    this.#effects = [];
    if (this.#left) return this.#effects;
    if (event.kind === "frame") {
      this.#frame(event);
      return this.#effects;
    }
    if (event.kind === "timer") this.#timerMs = Infinity;
    this.#apply(event);
    if (this.#holdings.addresses.takeNodesChanged()) this.#setPeers(event.nowMs);
    if (this.#leaveAtMs === Infinity) this.#guard.due(event.nowMs);
    if (this.#leaveAtMs <= event.nowMs) this.#leave();
    this.#announce(event.nowMs);
    this.#setTimer();
    return this.#effects;
  }
  #apply(event) {
    const { nowMs } = event;
    switch (event.kind) {
      case "plan":
        this.#plan(event.change, nowMs);
        return;
      case "nodes":
        this.#membership.setNodes(event.nodes);
        this.#setPeers(nowMs);
        return;
      case "links":
        this.#setLinks(event.links, nowMs);
        return;
      case "heartbeat":
        this.#heardMs = nowMs;
        this.#live({ kind: "heard", heartbeat: event.heartbeat, nowMs });
        return;
      case "leave":
        this.#leaveAtMs = nowMs + this.#options.leaveMs;
        this.#live(event);
        return;
      case "timer":
        this.#live(event);
        if (this.#leaveAtMs === Infinity) this.#holdings.waited(nowMs);
        return;
      case "start":
      case "gate":
      case "rechecked":
        this.#live(event);
        return;
    }
  }
  #plan({ upserts, removals, generation }, nowMs) {
    this.#generation = Math.max(this.#generation, generation);
    this.#live({ kind: "plan", generation: this.#generation, nowMs });
    for (const address of removals) this.#holdings.remove(address);
    const records = upserts.filter((plan2) => this.#concerns(plan2)).map((plan2) => this.#holdings.addresses.put(plan2));
    this.#setPeers(nowMs);
    this.#reportLinks(nowMs);
    for (const record of records) this.#decide(record, nowMs);
  }
  /** Ours to hold, or ours to hand over: what was handed over is told of once more, and is nothing to us. */
  #concerns({ rank, address }) {
    return rank.includes(this.#options.node) || this.#holdings.addresses.get(address) !== void 0;
  }
  #setPeers(nowMs) {
    const peers = this.#membership.peers(this.#holdings.addresses.nodes());
    this.#live({ kind: "peers", peers, nowMs });
  }
  #setLinks(facts, nowMs) {
    const indexes = new Set(facts.map((link) => link.index));
    for (const index of this.#hadIpv6) if (!indexes.has(index)) this.#hadIpv6.delete(index);
    for (const link of facts) if (link.linkLocalIpv6 !== null) this.#hadIpv6.add(link.index);
    this.#usable = usableLinks(facts, this.#hadIpv6);
    this.#byIndex = new Map(this.#usable.map((link) => [link.index, link]));
    this.#linkSets.clear();
    this.#reportMacs(nowMs);
    this.#reportLinks(nowMs);
    this.#holdings.followLinks(nowMs);
  }
  /** Sorted and without doubles, so that equal interfaces are equal lists. */
  #reportMacs(nowMs) {
    const macs = [...new Set(this.#usable.map((link) => link.mac))].sort().slice(0, MACS_MAX);
    if (macs.join() === this.#macs.join()) return;
    this.#macs = macs;
    this.#live({ kind: "macs", macs, nowMs });
  }
  #reportLinks(nowMs) {
    const before = linkReports(this.#linkFences);
    const usable = reportedLinkIds(this.#usable, this.#holdings.addresses.namedInterfaces());
    this.#linkFences = updateLinkFences(this.#linkFences, usable, {
      nowMs,
      heardMs: this.#heardMs,
      fence: fenceAt(this.#generation),
      graceMs: 2 * this.#options.intervalMs
    });
    const links = linkReports(this.#linkFences);
    if (JSON.stringify(links) !== JSON.stringify(before)) {
      this.#live({ kind: "links", links, nowMs });
    }
  }
  /** Gives an event to the part that knows who is alive, and does what it says. */
  #live(event) {
    const wasServing = this.#liveness.serving;
    const effects = this.#liveness.step(event);
    for (const effect of effects) this.#perform(effect, event.nowMs);
    const begins = this.#liveness.serving && !wasServing;
    if (!begins) return;
    for (const record of this.#holdings.addresses.all()) this.#decide(record, event.nowMs);
  }
  #perform(effect, nowMs) {
    const { addresses } = this.#holdings;
    switch (effect.kind) {
      case "recheck":
      case "judged":
        this.#effects.push(effect);
        return;
      case "fault":
        this.#effects.push({ kind: "heartbeat-fault", name: effect.name });
        return;
      case "send": {
        const to = effect.to.flatMap((peer) => peer.addresses.slice(0, 1));
        this.#effects.push({ kind: "send-heartbeat", heartbeat: effect.heartbeat, to });
        this.#poke();
        return;
      }
      case "changed":
        for (const node of effect.nodes) {
          for (const record of addresses.ofNode(node)) this.#decide(record, nowMs);
        }
        for (const record of addresses.waiting) this.#decide(record, nowMs);
        return;
      case "doubted":
        this.#holdings.announceAgain(effect.node, nowMs);
        return;
      case "informed":
        for (const record of addresses.waiting) this.#decide(record, nowMs);
        return;
    }
  }
  #poke() {
    const question2 = poke([...this.#liveness.peers.values()], this.#usable, ++this.#beat);
    if (question2 !== null) this.#effects.push({ kind: "send-frame", what: "poke", ...question2 });
  }
  /** While leaving, what is held is answered until the end: the others take it over meanwhile. */
  #decide(record, nowMs) {
    if (this.#leaveAtMs === Infinity) this.#holdings.decide(record, nowMs);
  }
  #leave() {
    this.#holdings.releaseAll("speaker-stopped");
    this.#left = true;
    this.#effects.push({ kind: "left" });
  }
  #linksOf({ plan: plan2, family }) {
    const key2 = `${family} ${plan2.interfaces.join(" ")}`;
    let links = this.#linkSets.get(key2);
    if (links === void 0) {
      links = linksFor(this.#usable, plan2.interfaces, family);
      this.#linkSets.set(key2, links);
    }
    return links;
  }
  #announce(nowMs) {
    const framesOf = ({ ip, round }) => round > 0 && !ip.includes(":") ? 2 : 1;
    for (const { ip, linkIndex, round } of this.#announcer.due(nowMs, framesOf)) {
      const mac = this.#byIndex.get(linkIndex)?.mac;
      if (mac === void 0) continue;
      const etherType = ip.includes(":") ? ETHER_TYPE_IPV6 : ETHER_TYPE_ARP;
      for (const frame of announcementFrames(ip, mac, round)) {
        const what = "announcement";
        this.#effects.push({ kind: "send-frame", what, etherType, linkIndex, frame, ip });
      }
    }
  }
  #frame({ linkIndex, bytes, nowMs }) {
    const link = this.#byIndex.get(linkIndex);
    if (link === void 0 || this.heldCount === 0 && !this.#guard.listening) return;
    const read = readFrame(bytes);
    const claim = read.kind === "fault" ? null : claimIn(read);
    if (claim !== null && this.#leaveAtMs === Infinity && this.#guard.heard(claim, link, nowMs)) {
      this.#setTimer();
    }
    const holdingOf = (ip) => this.#holdings.holdingOf(ip, linkIndex);
    const answer = respond(read, { mac: link.mac, holdingOf });
    if (answer.kind === "reply") {
      const { ip, etherType, frame } = answer;
      this.#effects.push({ kind: "send-frame", what: "answer", etherType, linkIndex, frame, ip });
    } else if (answer.kind === "fault") {
      this.#effects.push({ kind: "frame-fault", name: answer.name });
    } else {
      this.#effects.push({ kind: "frame-ignored", name: answer.reason });
    }
  }
  #setTimer() {
    const due = this.#left ? Infinity : Math.min(
      ...[this.#liveness.dueMs, this.#announcer.dueMs],
      ...[this.#holdings.dueMs, this.#leaveAtMs],
      this.#leaveAtMs === Infinity ? this.#guard.dueMs : Infinity
    );
    if (due === this.#timerMs) return;
    this.#timerMs = due;
    this.#effects.push({ kind: "set-timer", atMs: due });
  }
};

// test/sim/machine.ts
var LINK_INDEX = 2;
var Disk = class {
  #newest = null;
  #before = null;
  write(plan2) {
    this.#before = this.#newest;
    this.#newest = plan2;
  }
  /** `old`: as if the last write had not come through. */
  read(which) {
    return { fresh: this.#newest, old: this.#before, none: null }[which];
  }
};
function linksOf({
  mac,
  carrier
}) {
  return [
    {
      ...{ index: LINK_INDEX, name: "eth0", mac, ethernet: true, up: true, carrier },
      ...{ broadcast: true, noArp: false, masterIndex: null, linkLocalIpv6: "fe80::1" },
      addresses: []
    }
  ];
}

// src/speaker/holder-status.ts
var ANNOUNCED = "Announced";
function holderStatus(object, fact, said) {
  const { status } = object;
  const before = status?.holder ?? null;
  const at = new Date(fact.atMs).toISOString();
  const shown = (status?.conditions ?? []).filter(({ type }) => type === ANNOUNCED);
  const conditions = setCondition(shown, announcedCondition(fact), at);
  if (before === fact.holder) {
    if (status?.generation === fact.generation && conditions === shown) return null;
    const { since, lastMove } = status ?? {};
    return {
      holder: fact.holder,
      ...since === void 0 ? {} : { since },
      ...lastMove === void 0 ? {} : { lastMove },
      generation: fact.generation,
      conditions
    };
  }
  if (said && before !== null && Date.parse(status?.since ?? at) > fact.atMs) return null;
  return {
    holder: fact.holder,
    since: at,
    generation: fact.generation,
    lastMove: { from: before, to: fact.holder, at, reason: fact.reason },
    conditions
  };
}
function announcedCondition({ holder }) {
  if (holder === null) {
    const message2 = "No node that is alive may answer for it";
    return { type: ANNOUNCED, status: "False", reason: "NoNode", message: message2 };
  }
  const message = `Node ${holder} answers for it`;
  return { type: ANNOUNCED, status: "True", reason: "Answering", message };
}

// src/speaker/testimony.ts
var PRESENCE_RENEW_MS = 5e3;
var NOBODY_RENEWS_MS = 2 * PRESENCE_RENEW_MS + 2e3;
var LOOK_INTERVAL_MS2 = 2e3;
var HEARD_AGAIN_MS = 500;
function testimonyOf(node) {
  return { node, speaks: true, isolated: false, seen: null };
}
function stepTestimony(state, event) {
  switch (event.kind) {
    case "isolated":
      return {
        state: { ...state, speaks: false, isolated: true, seen: null },
        effects: [{ kind: "keep-quiet" }, { kind: "list-leases" }]
      };
    case "heard":
      return {
        state: { ...state, isolated: false },
        effects: state.speaks ? [] : [{ kind: "set-timer", afterMs: HEARD_AGAIN_MS }]
      };
    case "timer":
      if (state.speaks) return { state, effects: [] };
      return state.isolated ? { state, effects: [{ kind: "list-leases" }] } : speak(state);
    case "unanswered":
      return lookAgain(state, null);
    case "leases":
      return judge(state, others(event.renewals, state.node), event.nowMs);
  }
}
function judge(state, renewals, nowMs) {
  if (!state.isolated || state.speaks) return { state, effects: [] };
  if (renewals.size === 0) return speak(state);
  const { seen } = state;
  if (seen === null || isRenewed(seen.renewals, renewals)) {
    return lookAgain(state, { renewals, atMs: nowMs });
  }
  return nowMs - seen.atMs >= NOBODY_RENEWS_MS ? speak(state) : lookAgain(state, seen);
}
function lookAgain(state, seen) {
  if (!state.isolated || state.speaks) return { state, effects: [] };
  return {
    state: { ...state, seen },
    effects: [{ kind: "set-timer", afterMs: LOOK_INTERVAL_MS2 }]
  };
}
function speak(state) {
  return { state: { ...state, speaks: true, seen: null }, effects: [{ kind: "speak" }] };
}
function others(renewals, node) {
  return new Map([...renewals].filter(([name]) => name !== node));
}
function isRenewed(before, after) {
  return [...after].some(([node, time]) => before.get(node) !== time);
}

// test/sim/reporter.ts
var OVERWRITTEN_MS = 1e3;
var RETRY_MS_MAX = 5e3;
var Reporter = class {
  #node;
  #world;
  #facts = /* @__PURE__ */ new Map();
  #store = /* @__PURE__ */ new Map();
  #due = /* @__PURE__ */ new Map();
  #failures = /* @__PURE__ */ new Map();
  #acquired = "";
  #quiet = false;
  #testimony;
  #testimonyTurn = 0;
  constructor(node, world) {
    this.#node = node;
    this.#world = world;
    this.#testimony = testimonyOf(node.name);
  }
  /** The watch brings what there is. @returns what is new or other than before */
  follow(virtualIps) {
    const changed = [];
    for (const name of this.#store.keys()) if (!virtualIps.has(name)) this.#store.delete(name);
    for (const [name, object] of virtualIps) {
      if (this.#store.get(name) === object) continue;
      this.#store.set(name, object);
      changed.push(object);
      this.#look(object);
    }
    return changed;
  }
  changed({ address, to, gained, reason, generation }) {
    const atMs = this.#node.wallMs();
    const nobody = to === null && reason !== "speaker-stopped" && reason !== "plan";
    if (gained) this.#set(address, { holder: to, reason, atMs, generation });
    else if (nobody) this.#set(address, { holder: null, reason, atMs, generation });
    else this.#facts.delete(virtualIpName(address));
  }
  kept(address, generation) {
    const name = virtualIpName(address);
    const before = this.#facts.get(name);
    if (before === void 0) return;
    this.#facts.set(name, { fact: { ...before.fact, generation }, said: before.said });
    this.#write(name, 0);
  }
  sayAgain() {
    for (const [name, entry] of this.#facts) {
      entry.said = false;
      this.#write(name, OVERWRITTEN_MS);
    }
  }
  /** Renews the presence Lease from here on, while the speaker does its job. */
  bePresent() {
    this.#acquired = new Date(this.#node.wallMs()).toISOString();
    this.#renewEvery();
  }
  renew() {
    const { name, serving, leaving, hasApi } = this.#node;
    if (!serving || leaving || !hasApi) return;
    const now = new Date(this.#node.wallMs()).toISOString();
    this.#world.cluster.renewPresence(name, this.#acquired, now);
  }
  #renewEvery() {
    this.#node.later(PRESENCE_RENEW_MS, () => {
      this.renew();
      this.#renewEvery();
    });
  }
  isolated(isolated) {
    this.#testify({ kind: isolated ? "isolated" : "heard" });
  }
  #set(address, fact) {
    const name = virtualIpName(address);
    this.#facts.set(name, { fact, said: false });
    this.#write(name, 0);
  }
  #look(object) {
    const { name } = object.metadata;
    const entry = this.#facts.get(name);
    if (entry === void 0) return;
    const { fact, said } = entry;
    const told = (object.status?.holder ?? null) === fact.holder;
    if (told && object.status?.generation === fact.generation) return;
    const later = said && object.status?.holder !== void 0;
    this.#write(name, later ? OVERWRITTEN_MS : 0);
  }
  /** The earliest of what is asked for counts. */
  #write(name, afterMs) {
    const { nowMs, random } = this.#world;
    const atMs = nowMs() + afterMs + random.between(1, 4);
    if ((this.#due.get(name) ?? Infinity) <= atMs) return;
    this.#due.set(name, atMs);
    this.#node.later(atMs - nowMs(), () => {
      if (this.#due.get(name) !== atMs) return;
      this.#due.delete(name);
      this.#writeNow(name);
    });
  }
  #writeNow(name) {
    const entry = this.#facts.get(name);
    const object = this.#store.get(name);
    if (this.#quiet || entry === void 0 || object === void 0) return;
    const status = holderStatus(object, entry.fact, entry.said);
    if (status === null) return;
    entry.said = true;
    this.#node.later(this.#world.random.between(2, 15), () => {
      if (!this.#node.hasApi) {
        entry.said = false;
        const failures = (this.#failures.get(name) ?? 0) + 1;
        this.#failures.set(name, failures);
        this.#write(name, Math.min(100 * 2 ** failures, RETRY_MS_MAX));
        return;
      }
      this.#failures.delete(name);
      const written = this.#world.cluster.writeStatus(name, object.metadata.uid, status);
      if (written !== null) this.#store.set(name, written);
    });
  }
  #testify(event) {
    const { state, effects } = stepTestimony(this.#testimony, event);
    this.#testimony = state;
    for (const effect of effects) this.#perform(effect);
  }
  #perform(effect) {
    switch (effect.kind) {
      case "keep-quiet":
        this.#quiet = true;
        return;
      case "speak":
        this.#quiet = false;
        for (const name of this.#facts.keys()) this.#write(name, 0);
        return;
      case "list-leases":
        this.#list();
        return;
      case "set-timer": {
        const turn = ++this.#testimonyTurn;
        this.#node.later(effect.afterMs, () => {
          if (turn === this.#testimonyTurn) this.#testify({ kind: "timer" });
        });
        return;
      }
    }
  }
  #list() {
    this.#node.later(this.#node.hasApi ? 10 : 2e3, () => {
      if (!this.#node.hasApi) {
        this.#testify({ kind: "unanswered" });
        return;
      }
      const { presences } = this.#world.cluster.model;
      const renewals = new Map(
        [...presences].map(([node, { lease }]) => [node, lease.spec?.renewTime ?? ""])
      );
      this.#testify({ kind: "leases", renewals, nowMs: this.#node.localMs() });
    });
  }
};

// test/sim/node.ts
var LEAVE_MS = 200;
var API_WAIT_MS = 1500;
var SAVE_INTERVAL_MS = 1e3;
var SimNode = class {
  index;
  name;
  mac;
  #world;
  #clock;
  #speaker = null;
  #feed;
  #reporter;
  #disk = new Disk();
  /** Grows with every start and end: what was asked for before is void. */
  #life = 0;
  #timerTurn = 0;
  #started = false;
  #synced = false;
  #syncing = false;
  #saving = false;
  #serving = false;
  #isolated = false;
  #peers = /* @__PURE__ */ new Set();
  #incarnation = 0;
  #apiAway = 0;
  #pauses = 0;
  #carrierLosses = 0;
  #leaving = false;
  #startsAgain = false;
  #backlog = [];
  #timerMissed = false;
  #afterPause = [];
  #rechecks = false;
  constructor(index, world) {
    this.index = index;
    this.name = world.names[index] ?? "";
    this.mac = `02:00:00:00:00:0${index + 1}`;
    this.#world = world;
    const clock = world.settings.clocks[index] ?? { rate: 1, offsetMs: 0 };
    this.#clock = clock;
    this.#feed = new PlanFeed(this.name);
    this.#reporter = this.#newReporter();
  }
  get running() {
    return this.#speaker !== null;
  }
  get paused() {
    return this.#pauses > 0;
  }
  get leaving() {
    return this.#leaving;
  }
  get carrier() {
    return this.#carrierLosses === 0;
  }
  get speaker() {
    return this.#speaker;
  }
  get hasApi() {
    return this.#apiAway === 0 && !this.#world.cluster.away;
  }
  /** Its own name, and no more, where it is running with a complete mind. */
  get serving() {
    return this.#serving && this.#speaker !== null;
  }
  /** By object name: the plan as this node knows it. */
  get told() {
    return this.#feed.told;
  }
  get generation() {
    return this.#feed.generation;
  }
  /** Monotonic milliseconds of this node: of its own epoch, and a little fast or slow. */
  localMs() {
    return this.#world.nowMs() * this.#clock.rate + 1e3 * (this.index + 1);
  }
  wallMs() {
    return Math.floor(START_MS + this.#world.nowMs() * this.#clock.rate + this.#clock.offsetMs);
  }
  later(forMs, call) {
    const life = this.#life;
    const run = () => {
      if (life !== this.#life) return;
      if (this.paused) this.#afterPause.push(run);
      else call();
    };
    const { queue, nowMs } = this.#world;
    queue.add(nowMs() + forMs, {
      kind: "call",
      to: this.index,
      from: -1,
      heartbeat: null,
      call: run
    });
  }
  start(disk = "fresh") {
    if (this.#speaker !== null) {
      if (this.#leaving) this.#startsAgain = true;
      return;
    }
    const saved = this.#disk.read(disk);
    const { settings: settings2 } = this.#world;
    this.#life++;
    this.#incarnation = Math.max(this.wallMs(), (saved?.incarnation ?? 0) + 1);
    const { intervalMs, detectionMs } = settings2;
    const identity = { node: this.name, incarnation: this.#incarnation };
    this.#speaker = new Speaker({
      ...identity,
      intervalMs,
      detectionMs,
      leaveMs: LEAVE_MS,
      reannounceIntervalMs: 0
    });
    this.#feed = new PlanFeed(this.name, saved?.addresses);
    this.#reporter = this.#newReporter();
    this.#startsAgain = false;
    this.#started = this.#synced = this.#serving = this.#isolated = this.#leaving = false;
    this.#syncing = this.#saving = false;
    this.#peers = /* @__PURE__ */ new Set();
    this.#step({ kind: "links", links: linksOf(this) });
    if (saved !== null) {
      this.#feed.noteGeneration(saved.generation);
      this.#tellNodes();
      const upserts = saved.addresses.map(([, plan2]) => plan2);
      const change = { upserts, removals: [], generation: saved.generation };
      this.#step({ kind: "plan", change });
    }
    this.later(API_WAIT_MS, () => {
      if (saved !== null) this.#begin();
    });
    this.#reporter.bePresent();
    this.sync();
    this.#world.onChange(this, "starts");
  }
  crash() {
    if (this.#speaker === null) return;
    this.#end();
    this.#world.onChange(this, "dies");
    if (this.#startsAgain)
      this.later(50, () => {
        this.start();
      });
  }
  #end() {
    this.#life++;
    this.#timerTurn++;
    this.#speaker = null;
    this.#serving = false;
    this.#backlog = [];
    this.#afterPause = [];
    this.#timerMissed = false;
  }
  /** SIGTERM. */
  stop() {
    if (this.#speaker === null || this.#leaving) return;
    this.#leaving = true;
    this.#world.onChange(this, "is asked to stop");
    this.later(1, () => {
      this.#step({ kind: "leave" });
      if (this.hasApi) this.#world.cluster.deletePresence(this.name);
    });
  }
  pause(begins) {
    this.#pauses += begins ? 1 : -1;
    if (this.paused || this.#speaker === null) {
      this.#world.onChange(this, begins ? "is paused" : "goes on, not yet");
      return;
    }
    this.#world.onChange(this, "goes on");
    if (this.#timerMissed) {
      this.#timerMissed = false;
      this.#step({ kind: "timer" });
    }
    this.#drain();
    for (const call of this.#afterPause.splice(0)) call();
  }
  setApiAway(away) {
    this.#apiAway += away ? 1 : -1;
    if (!away) this.sync();
  }
  setCarrier(lost) {
    this.#carrierLosses += lost ? 1 : -1;
    this.#world.onChange(this, this.carrier ? "has a carrier" : "has no carrier");
    this.later(1, () => {
      this.#step({ kind: "links", links: linksOf(this) });
    });
  }
  /** The watch has news; it comes in a moment, all that there is then. */
  sync() {
    if (this.#speaker === null || this.#syncing) return;
    this.#syncing = true;
    const { random } = this.#world;
    this.later(this.#synced ? random.between(2, 25) : random.between(20, 120), () => {
      this.#syncing = false;
      if (this.hasApi) this.#sync();
      else if (!this.#world.cluster.away)
        this.later(500, () => {
          this.sync();
        });
    });
  }
  heartbeat(heartbeat) {
    if (this.#speaker === null) return;
    if (this.paused) this.#backlog.push(heartbeat);
    else this.#step({ kind: "heartbeat", heartbeat });
  }
  timer(turn) {
    if (turn !== this.#timerTurn) return;
    if (this.paused) this.#timerMissed = true;
    else this.#step({ kind: "timer" });
  }
  /** @returns the answer to a question from the wire */
  ask(bytes) {
    if (this.#speaker === null || this.paused || !this.carrier) return void 0;
    const effects = this.#speaker.step({
      ...{ kind: "frame", linkIndex: LINK_INDEX, bytes, nowMs: this.localMs() }
    });
    for (const effect of effects) this.#perform(effect);
    return effects.find((effect) => effect.kind === "send-frame" && effect.what === "answer");
  }
  #sync() {
    const virtualIps = this.#world.cluster.virtualIps();
    this.#synced = true;
    for (const object of this.#reporter.follow(virtualIps)) this.#feed.put(object);
    this.#feed.retain(new Set(virtualIps.keys()));
    this.#tellNodes();
    const change = this.#feed.take();
    if (change !== null) {
      this.#step({ kind: "plan", change });
      this.#saveSoon();
      this.#world.onChange(this, "reads the plan");
      this.#meetPeers();
    }
    this.#begin();
  }
  /** A peer that was none before, or was forgotten meanwhile, is taken to live until it is judged. */
  #meetPeers() {
    const { names } = this.#world;
    const peers = new Set(this.#speaker?.liveness.peers.values() ?? []);
    const met = [...peers].filter((peer) => !this.#peers.has(peer));
    this.#peers = peers;
    if (met.length > 0)
      this.#world.onMet(
        this,
        met.map(({ node }) => names.indexOf(node))
      );
  }
  #tellNodes() {
    const nodes = this.#world.names.map((node) => ({ node, addresses: [node] }));
    this.#step({ kind: "nodes", nodes });
  }
  #begin() {
    if (this.#started) return;
    this.#started = true;
    this.#step({ kind: "start" });
    this.#saveSoon();
  }
  #saveSoon() {
    if (this.#saving) return;
    this.#saving = true;
    this.later(SAVE_INTERVAL_MS, () => {
      this.#saving = false;
      const { generation, told } = this.#feed;
      this.#disk.write({ incarnation: this.#incarnation, generation, addresses: [...told] });
    });
  }
  #step(event) {
    if (this.#speaker === null) return;
    const effects = this.#speaker.step({ ...event, nowMs: this.localMs() });
    for (const effect of effects) this.#perform(effect);
    const { speaker } = this;
    if (speaker === null) return;
    const { serving, isolated } = speaker.liveness;
    if (this.#isolated !== isolated) {
      this.#isolated = isolated;
      this.#reporter.isolated(isolated);
    }
    if (this.#serving !== serving) {
      this.#serving = serving;
      this.#world.onChange(this, serving ? "serves" : "serves no more");
      if (serving) this.#reporter.renew();
    }
    if (this.#rechecks) this.#drain();
  }
  /** Reads what lay waiting, then says so. */
  #drain() {
    while (this.#backlog.length > 0 && this.#speaker !== null) {
      const heartbeat = this.#backlog.shift();
      if (heartbeat === void 0) break;
      const rechecks = this.#rechecks;
      this.#rechecks = false;
      this.#step({ kind: "heartbeat", heartbeat });
      this.#rechecks ||= rechecks;
    }
    if (!this.#rechecks) return;
    this.#rechecks = false;
    this.#step({ kind: "rechecked" });
  }
  #perform(effect) {
    this.#world.onEffect(this, effect);
    switch (effect.kind) {
      case "send-heartbeat": {
        const { segment, names, nowMs } = this.#world;
        for (const to of effect.to) {
          segment.send(this.index, names.indexOf(to), effect.heartbeat, nowMs());
        }
        return;
      }
      case "set-timer":
        this.#setTimer(effect.atMs);
        return;
      case "recheck":
        this.#rechecks = true;
        return;
      case "holding":
        this.#reporter.changed(effect.change);
        return;
      case "kept":
        this.#reporter.kept(effect.address, effect.generation);
        return;
      case "judged":
        if (effect.verdict === "heard-again") this.#reporter.sayAgain();
        return;
      case "left":
        this.#end();
        this.#world.onChange(this, "has left");
        if (this.#startsAgain) this.start();
        return;
      case "send-frame":
      case "conflict":
      case "verified":
      case "join-group":
      case "leave-group":
      case "frame-fault":
      case "frame-ignored":
      case "heartbeat-fault":
        return;
    }
  }
  /** As setTimeout: whole milliseconds, never early, up to one late. */
  #setTimer(atMs) {
    const turn = ++this.#timerTurn;
    this.#timerMissed = false;
    if (atMs === Infinity) return;
    const { queue, nowMs, random } = this.#world;
    const delayMs = Math.max(0, Math.ceil((atMs - this.localMs()) / this.#clock.rate));
    const dueMs = nowMs() + delayMs + random.next();
    queue.add(dueMs, { kind: "timer", to: this.index, from: turn, heartbeat: null, call: null });
  }
  #newReporter() {
    return new Reporter(this, this.#world);
  }
};

// test/sim/rules/wrong.ts
function wrongOf({ answers, able }) {
  const count = countOf(answers);
  if (count > 1) return "several";
  return count === 0 && able !== 0 ? "none" : null;
}
function overdue(stretch) {
  const how = wrongOf(stretch);
  if (how === null || !stretch.hearing) return null;
  const { fault: fault2, plannedMs, boundMs, plansDiffer } = stretch;
  if (how === "several" && plansDiffer) return null;
  const sinceMs = how === "several" ? Math.max(fault2.atMs, plannedMs) : fault2.atMs;
  const limitMs = sinceMs + boundMs;
  return stretch.toMs > limitMs ? { how, limitMs } : null;
}
function describe(stretch) {
  const { address, answers, able, piece, fault: fault2, toMs, wrongSinceMs, boundMs } = stretch;
  return `${address}: ${nodesOf2(answers)} answers, of ${nodesOf2(piece)} where ${nodesOf2(able)} could, from ${seconds(wrongSinceMs)} to ${seconds(toMs)}; the last fault was "${fault2.kind}" at ${seconds(fault2.atMs)}, and the bound is ${Math.round(boundMs)} ms`;
}

// test/sim/observer.ts
var JOINS = /* @__PURE__ */ new Set([
  "partition",
  "mend",
  "serves",
  "goes on",
  "heard",
  "met"
]);
var Observer = class {
  #world;
  #tracked = /* @__PURE__ */ new Map();
  #returnedMs;
  #returnGeneration;
  #wellSinceMs;
  #dirty = false;
  constructor(world) {
    this.#world = world;
    const { nodeCount } = world.settings;
    this.#returnedMs = new Float64Array(nodeCount).fill(-Infinity);
    this.#returnGeneration = new Float64Array(nodeCount);
    this.#wellSinceMs = new Float64Array(nodeCount).fill(-Infinity);
  }
  get addresses() {
    return [...this.#tracked.keys()];
  }
  /** Detection, an interval, and what the network takes. */
  boundMs(sinceMs) {
    const { intervalMs, detectionMs } = this.#world.settings;
    const lost = this.#world.segment.longestRunSince(sinceMs - detectionMs);
    return detectionMs * 1.002 + intervalMs * (1 + lost) + 2 * this.#world.delayMaxMs + 5;
  }
  /** The API has this address now. */
  meet(address, name) {
    const known = this.#tracked.get(address);
    if (known !== void 0) {
      known.fault = { atMs: this.#world.nowMs(), kind: "new" };
      known.toldOf = 0;
      return;
    }
    const { nodeCount } = this.#world.settings;
    const never = () => new Float64Array(nodeCount).fill(-Infinity);
    this.#tracked.set(address, {
      ...{
        address,
        name,
        toldOf: 0,
        held: 0,
        gainedMs: never(),
        announcedMs: never(),
        endedMs: never()
      },
      ...{ fault: { atMs: this.#world.nowMs(), kind: "new" }, plannedMs: -Infinity, open: [] }
    });
  }
  /** Something happened to these nodes: their addresses have the bound from now. */
  fault(kind, nodes) {
    const nowMs = this.#world.nowMs();
    this.#close();
    const recently = nowMs - this.boundMs(nowMs);
    for (const tracked of this.#tracked.values()) {
      const isWrong = tracked.open.some(({ wrongSinceMs }) => wrongSinceMs < nowMs);
      let concerned = JOINS.has(kind) || (tracked.held & nodes) !== 0 || isWrong;
      for (let i = 0; i < tracked.endedMs.length && !concerned; i++) {
        concerned = (nodes >> i & 1) === 1 && (tracked.endedMs[i] ?? 0) > recently;
      }
      const isMend = kind === "heard" && tracked.fault.kind === "partition";
      if (concerned) tracked.fault = { atMs: nowMs, kind: isMend ? "partition" : kind };
    }
    for (let i = 0; i < this.#wellSinceMs.length; i++) {
      if (nodes >> i & 1) this.#wellSinceMs[i] = nowMs;
    }
    this.#dirty = true;
  }
  /** Its interface is lost: what the plan says from here on is said of a node without it. */
  lostLink(node) {
    this.#returnGeneration[node.index] = node.generation;
  }
  /** Its interface is back. */
  returnedLink(node) {
    this.#returnedMs[node.index] = this.#world.nowMs();
  }
  /** These nodes are back: what they gain by a plan that is known by now, they take by themselves. */
  returned(nodes) {
    const all = this.#world.nodes();
    for (const node of all) {
      if (!(nodes >> node.index & 1)) continue;
      const piece = this.#pieceOf(node.index);
      const peers = all.filter((each) => piece >> each.index & 1 && each.running);
      this.#returnedMs[node.index] = this.#world.nowMs();
      this.#returnGeneration[node.index] = Math.max(...peers.map((each) => each.generation), 0);
    }
  }
  gainedMs(address, node) {
    return this.#tracked.get(address)?.gainedMs[node] ?? -Infinity;
  }
  wellSinceMs(node) {
    return this.#wellSinceMs[node] ?? -Infinity;
  }
  planned(node) {
    this.#close();
    for (const tracked of this.#tracked.values()) {
      const isStop = node.leaving && tracked.held >> node.index & 1;
      const isTold = node.told.has(tracked.name);
      if (isStop || isTold) tracked.plannedMs = this.#world.nowMs();
      const bit = 1 << node.index;
      if (isTold && !(tracked.toldOf & bit) && tracked.fault.kind === "new") {
        tracked.fault = { atMs: this.#world.nowMs(), kind: "new" };
      }
      if (isTold) tracked.toldOf |= bit;
    }
    this.#dirty = true;
  }
  changed() {
    this.#dirty = true;
  }
  holding(node, change) {
    const tracked = this.#tracked.get(change.address);
    if (tracked === void 0) return;
    const nowMs = this.#world.nowMs();
    const bit = 1 << node.index;
    const piece = this.#pieceOf(node.index);
    const others2 = this.#answering(tracked, piece & ~bit);
    const kind = change.gained ? "gained" : "released";
    this.#world.tell({
      ...{ kind, address: change.address, node: node.index, atMs: nowMs, reason: change.reason },
      ...{ generation: change.generation, others: others2, fault: tracked.fault },
      able: this.#able(tracked, piece & ~bit),
      whole: this.#isWhole(piece),
      alone: piece === bit,
      returnedMs: this.#returnedMs[node.index] ?? 0,
      returnGeneration: this.#returnGeneration[node.index] ?? 0,
      boundMs: this.boundMs(tracked.fault.atMs)
    });
    if (change.gained) {
      tracked.held |= bit;
      tracked.gainedMs[node.index] = nowMs;
    } else this.#ended(tracked, node.index);
    this.#dirty = true;
  }
  announced(node, address) {
    const tracked = this.#tracked.get(address);
    if (tracked === void 0) return;
    tracked.announcedMs[node.index] = this.#world.nowMs();
    this.#world.tell({ kind: "announced", address, node: node.index, atMs: this.#world.nowMs() });
  }
  /** Its process is no more. */
  died(node) {
    for (const tracked of this.#tracked.values()) {
      if (tracked.held >> node.index & 1) this.#ended(tracked, node.index);
    }
    this.#dirty = true;
  }
  /** Whether the newest plan has it in the rank: then the others hear of its return. */
  isRanked(address, node) {
    const tracked = this.#tracked.get(address);
    return tracked !== void 0 && this.#world.rankOf(tracked.name).includes(`n${node + 1}`);
  }
  /** Who answers a client on that piece. */
  answersOn(address, piece) {
    const tracked = this.#tracked.get(address);
    return tracked === void 0 ? 0 : this.#answers(tracked) & piece;
  }
  steadySinceMs(address) {
    const tracked = this.#tracked.get(address);
    if (tracked === void 0) return Infinity;
    return Math.max(tracked.fault.atMs, ...tracked.gainedMs, ...tracked.endedMs);
  }
  pieces() {
    const pieces = /* @__PURE__ */ new Map();
    this.#world.segment.groups.forEach((group, i) => {
      pieces.set(group, (pieces.get(group) ?? 0) | 1 << i);
    });
    return [...pieces.values()];
  }
  /** After every event: nothing to do where nothing changed. */
  look() {
    if (!this.#dirty) return;
    this.#close();
    this.#dirty = false;
    const nowMs = this.#world.nowMs();
    const pieces = this.pieces();
    const hearing = pieces.map((piece) => this.#hear(piece));
    const whole = pieces.map((piece) => this.#isWhole(piece));
    for (const tracked of this.#tracked.values()) {
      tracked.open = pieces.map((piece, i) => {
        const answers = this.#answers(tracked) & piece;
        const able = this.#able(tracked, piece);
        const unknown2 = tracked.fault.kind === "new" && this.#isUnknown(tracked, piece);
        const wrong = wrongOf({ answers, able }) !== null;
        const before = tracked.open.find((stretch) => stretch.piece === piece);
        const wrongSinceMs = wrong ? Math.min(before?.wrongSinceMs ?? nowMs, nowMs) : Infinity;
        const plansDiffer = this.#plansDiffer(tracked, piece);
        return {
          ...{ fromMs: nowMs, piece, answers, able, wrongSinceMs, plansDiffer },
          ...{ hearing: hearing[i] !== false && !unknown2, whole: whole[i] ?? true }
        };
      });
    }
  }
  end() {
    this.#close();
  }
  #close() {
    const toMs = this.#world.nowMs();
    for (const tracked of this.#tracked.values()) {
      const { address, fault: fault2, plannedMs } = tracked;
      for (const stretch of tracked.open) {
        if (stretch.fromMs >= toMs) continue;
        const boundMs = stretch.wrongSinceMs < toMs ? this.boundMs(fault2.atMs) : 0;
        this.#world.tell({ kind: "stretch", ...stretch, address, toMs, fault: fault2, plannedMs, boundMs });
      }
      tracked.open = tracked.open.map((stretch) => ({ ...stretch, fromMs: toMs }));
    }
  }
  #ended(tracked, node) {
    tracked.held &= ~(1 << node);
    tracked.endedMs[node] = this.#world.nowMs();
  }
  #answers({ held }) {
    let mask = 0;
    if (held === 0) return mask;
    for (const node of this.#world.nodes()) {
      if (held >> node.index & 1 && node.running && !node.paused && node.carrier) {
        mask |= 1 << node.index;
      }
    }
    return mask;
  }
  /** Nobody is, for an address that the API has no more. */
  #able({ name }, piece) {
    let mask = 0;
    if (!this.#world.exists(name)) return mask;
    for (const node of this.#world.nodes()) {
      if (!(piece >> node.index & 1) || !node.serving || node.paused) continue;
      if (node.leaving || !node.carrier) continue;
      if (node.told.get(name)?.rank.includes(node.name) === true) mask |= 1 << node.index;
    }
    return mask;
  }
  #plansDiffer({ name }, piece) {
    let [least, most] = [Infinity, -Infinity];
    for (const node of this.#world.nodes()) {
      if (!(piece >> node.index & 1) || !node.running) continue;
      const generation = node.told.get(name)?.generation;
      if (generation === void 0) continue;
      least = Math.min(least, generation);
      most = Math.max(most, generation);
    }
    return least < most;
  }
  /** Some node that is to answer for a new address has not been told of it. */
  #isUnknown({ name }, piece) {
    const rank = this.#world.rankOf(name);
    return this.#world.nodes().some((node) => {
      if (!(piece >> node.index & 1) || !node.running) return false;
      return rank.includes(node.name) && !node.told.has(name);
    });
  }
  #answering(tracked, mask) {
    const answers = this.#answers(tracked) & mask;
    const list = [];
    for (let node = 0; node < tracked.gainedMs.length; node++) {
      if (!(answers >> node & 1)) continue;
      list.push({
        node,
        sinceMs: tracked.gainedMs[node] ?? 0,
        announcedMs: tracked.announcedMs[node] ?? 0,
        wellSinceMs: this.#wellSinceMs[node] ?? 0,
        leaving: this.#world.nodes()[node]?.leaving ?? false,
        returnGeneration: this.#returnGeneration[node] ?? 0
      });
    }
    return list;
  }
  #pieceOf(node) {
    const { groups } = this.#world.segment;
    return groups.reduce((mask, group, i) => group === groups[node] ? mask | 1 << i : mask, 0);
  }
  #isWhole(piece) {
    const { segment } = this.#world;
    const nodes = this.#world.nodes().filter((n) => piece >> n.index & 1 && n.running);
    return nodes.every((a) => nodes.every((b) => a === b || !segment.isCut(a.index, b.index)));
  }
  /**
   * Each pair in one way at least, or by a third that both hear and that hears both; and nobody who is heard by
   * some hears nobody; and nobody whom another has never heard, for nobody tells it that it is given up.
   */
  #hear(piece) {
    const { segment } = this.#world;
    const nodes = this.#world.nodes().filter(({ index, running, paused }) => {
      return piece >> index & 1 && running && !paused;
    });
    const both = (a, b) => !segment.isCut(a.index, b.index) && !segment.isCut(b.index, a.index);
    const isMet = (a, b) => {
      const peers = [...b.speaker?.liveness.peers.values() ?? []];
      return peers.some(({ node, incarnation }) => node === a.name && incarnation === 0);
    };
    const isUnheard = (a, b) => segment.isCut(a.index, b.index) && isMet(a, b);
    if (nodes.some((a) => nodes.some((b) => a !== b && isUnheard(a, b)))) return false;
    const isDeaf = (a) => nodes.length > 1 && nodes.every((b) => a === b || segment.isCut(b.index, a.index));
    const isHeard = (a) => nodes.some((b) => a !== b && !segment.isCut(a.index, b.index));
    if (nodes.some((a) => isDeaf(a) && isHeard(a))) return false;
    return nodes.every(
      (a) => nodes.every((b) => {
        if (a.index >= b.index) return true;
        const one = !segment.isCut(a.index, b.index) || !segment.isCut(b.index, a.index);
        return one || nodes.some((c2) => c2 !== a && c2 !== b && both(a, c2) && both(b, c2));
      })
    );
  }
};

// test/sim/queue.ts
var EventQueue = class {
  #heap = [];
  #order = 0;
  get size() {
    return this.#heap.length;
  }
  /** Infinity: nothing happens any more. */
  get nextMs() {
    return this.#heap[0]?.atMs ?? Infinity;
  }
  add(atMs, event) {
    const heap = this.#heap;
    const entry = { atMs, order: this.#order++, event };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = at - 1 >> 1;
      const above = heap[parent];
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }
  take() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === void 0 || last === void 0 || heap.length === 0) return first?.event;
    let at = 0;
    for (; ; ) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right], heap[child]))
        child = right;
      const below = heap[child];
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first.event;
  }
};
function isBefore(a, b) {
  return a.atMs < b.atMs || a.atMs === b.atMs && a.order < b.order;
}

// test/sim/rules/h1.ts
var CLOCKS = 0.99;
var h1 = () => ({
  name: "H1",
  take(fact) {
    if (fact.kind === "judged") {
      const { node, peer, silentMs, wellMs, detectionMs, atMs } = fact;
      if (wellMs < detectionMs) return null;
      if (silentMs >= detectionMs * CLOCKS) return null;
      return `n${node + 1} gave up ${nodesOf2(1 << peer)} at ${seconds(atMs)}, ${Math.round(silentMs)} ms after a heartbeat`;
    }
    if (fact.kind !== "stretch") return null;
    const late = overdue(fact);
    if (late === null || fact.wrongSinceMs <= late.limitMs) return null;
    if (late.how === "none" && wasPlanned(fact)) return null;
    return describe(fact);
  }
});
var PLANNED_MS = 3e3;
function wasPlanned(fact) {
  return fact.wrongSinceMs - fact.plannedMs < PLANNED_MS;
}

// test/sim/rules/h2.ts
var ANNOUNCED_MS = 4e3;
var h2 = () => ({
  name: "H2",
  take(fact) {
    if (fact.kind === "client") {
      const { address, cached, answers, atMs, steadySinceMs } = fact;
      if (countOf(answers) !== 1 || answers === 1 << cached || atMs - steadySinceMs < ANNOUNCED_MS)
        return null;
      return `a client sends what is for ${address} to n${cached + 1} at ${seconds(atMs)}, and ${nodesOf2(answers)} answers since ${seconds(steadySinceMs)}`;
    }
    if (fact.kind !== "stretch" || fact.fault.kind === "partition") return null;
    const late = overdue(fact);
    if (late === null || fact.wrongSinceMs > late.limitMs) return null;
    if (late.how === "none" && wasPlanned(fact) && fact.plannedMs > fact.fault.atMs) return null;
    return describe(fact);
  }
});

// test/sim/rules/h3.ts
var h3 = (settings2) => {
  const flapping2 = settings2.profile === "flapping";
  const firstMs = settings2.faults[0]?.atMs ?? Infinity;
  const lastGainer = /* @__PURE__ */ new Map();
  const moves2 = /* @__PURE__ */ new Map();
  let taken = null;
  const gains = /* @__PURE__ */ new Map();
  const movedOnce = (fact, nowMs) => {
    if (fact.kind === "released" && gains.get(fact.address)?.node === fact.node) {
      const gain = gains.get(fact.address);
      if (gain !== void 0 && fact.atMs <= gain.atMs + gain.boundMs) {
        gains.delete(fact.address);
        lastGainer.set(fact.address, gain.before);
      }
    }
    for (const [address, { node, atMs, boundMs }] of gains) {
      if (nowMs <= atMs + boundMs) continue;
      gains.delete(address);
      const count = (moves2.get(address) ?? 0) + 1;
      moves2.set(address, count);
      if (count > 1)
        return `${address} moves for the ${count}. time at ${seconds(atMs)}, to n${node + 1}, though one node flaps and no more`;
    }
    return null;
  };
  return {
    name: "H3",
    take(fact) {
      if (fact.kind === "released" && taken?.key === `${fact.address} ${fact.node}`) taken = null;
      const nowMs = fact.kind === "stretch" ? fact.toMs : fact.atMs;
      if (taken !== null && taken.atMs < nowMs) {
        const { what: what2 } = taken;
        taken = null;
        return what2;
      }
      const moved = flapping2 ? movedOnce(fact, nowMs) : null;
      if (moved !== null || fact.kind !== "gained") return moved;
      const { address, node, atMs, generation, returnedMs, returnGeneration, others: others2 } = fact;
      if (fact.alone) return null;
      const before = lastGainer.get(address);
      lastGainer.set(address, node);
      if (flapping2 && atMs >= firstMs && before !== void 0 && before !== node) {
        gains.set(address, { node, before, atMs, boundMs: fact.boundMs });
      }
      if (generation > returnGeneration) return null;
      const rightful = others2.find(
        (other) => other.sinceMs < returnedMs && other.wellSinceMs < returnedMs && other.returnGeneration < generation && !other.leaving
      );
      if (rightful === void 0) return null;
      const what = `n${node + 1} returned at ${seconds(returnedMs)} and took ${address} at ${seconds(atMs)} by plan ${generation}, known then, from n${rightful.node + 1}, which has held it since ${seconds(rightful.sinceMs)}`;
      taken = { key: `${address} ${node}`, atMs, what };
      return null;
    }
  };
};

// test/sim/rules/h4.ts
var h4 = () => ({
  name: "H4",
  take(fact) {
    if (fact.kind === "stretch") {
      if (!fact.whole) return null;
      const late = overdue(fact);
      if (late?.how !== "none" || !wasPlanned(fact)) return null;
      return fact.wrongSinceMs > late.limitMs || fact.plannedMs > fact.fault.atMs ? describe(fact) : null;
    }
    if (fact.kind !== "released" || fact.able === 0 || !fact.whole) return null;
    const { reason, others: others2, atMs, fault: fault2, boundMs, address, node } = fact;
    if (reason !== "plan" && reason !== "speaker-stopped") return null;
    if (atMs - fault2.atMs <= boundMs) return null;
    if (others2.some(({ sinceMs, announcedMs }) => announcedMs >= sinceMs)) return null;
    const successors = nodesOf2(others2.reduce((mask, other) => mask | 1 << other.node, 0));
    return `n${node + 1} falls silent for ${address} at ${seconds(atMs)} ("${reason}"), before another has announced itself: ${successors} answers, ${nodesOf2(fact.able)} could`;
  }
});

// test/sim/rules/h5.ts
var h5 = () => ({
  name: "H5",
  take(fact) {
    if (fact.kind !== "stretch" || fact.fault.kind !== "partition") return null;
    const late = overdue(fact);
    return late === null || fact.wrongSinceMs > late.limitMs ? null : describe(fact);
  }
});

// test/sim/rules/h6.ts
var SEEN_MS = 1e3;
var WINDOW_MS = 1e4;
var ANNOUNCEMENTS_MAX = 2 * 9 + 10;
var h6 = () => {
  const awaited = /* @__PURE__ */ new Map();
  const announced = /* @__PURE__ */ new Map();
  let strangersUntilMs = -Infinity;
  const announcedAgain = ({ address, atMs }) => {
    const times = (announced.get(address) ?? []).filter((at) => at > atMs - WINDOW_MS);
    times.push(atMs);
    announced.set(address, times);
    if (times.length <= ANNOUNCEMENTS_MAX) return null;
    return `${address} was announced ${times.length} times in ${seconds(WINDOW_MS)} until ${seconds(atMs)}`;
  };
  const overdue2 = (nowMs) => {
    for (const [address, { atMs, holder }] of awaited) {
      if (nowMs < atMs + SEEN_MS) continue;
      awaited.delete(address);
      return `n${holder + 1} has not reported the stranger that claims ${address} since ${seconds(atMs)}`;
    }
    return null;
  };
  return {
    name: "H6",
    take(fact) {
      if (fact.kind === "stranger") {
        strangersUntilMs = Math.max(strangersUntilMs, fact.endMs);
        if (!awaited.has(fact.address)) awaited.set(fact.address, fact);
      }
      if (fact.kind === "conflict" || fact.kind === "released") awaited.delete(fact.address);
      if (fact.kind === "announced" && fact.atMs <= strangersUntilMs) return announcedAgain(fact);
      if (fact.kind === "stretch") return overdue2(fact.toMs);
      return fact.kind === "end" ? overdue2(fact.atMs) : null;
    }
  };
};

// test/sim/rules/p1.ts
var p1 = (settings2) => ({
  name: "P1",
  take(fact) {
    if (fact.kind !== "end" || !isSettled(settings2)) return null;
    const eligible = eligibleNodes(fact.snapshot);
    for (const [service, firsts] of firstsByService(fact.snapshot)) {
      const wanted = Math.min(firsts.length, eligible.length);
      if (new Set(firsts).size === wanted) continue;
      return `${service} has ${firsts.length} addresses on ${firsts.join(", ")}, of ${eligible.length} nodes`;
    }
    return null;
  }
});
function isSettled({ settlingTimeMs, moveIntervalMs, runMs }) {
  return FAULTS_END_MS + settlingTimeMs + 10 * moveIntervalMs + 1500 < runMs;
}
function eligibleNodes({ nodes }) {
  return nodes.filter(({ metadata }) => metadata.labels?.[EXCLUDE_LABEL] === void 0).map(({ metadata }) => metadata.name);
}
function firstsByService({ virtualIps }) {
  const firsts = /* @__PURE__ */ new Map();
  for (const { spec } of virtualIps) {
    for (const { namespace, name } of spec.services) {
      const key2 = `${namespace}/${name}`;
      firsts.set(key2, [...firsts.get(key2) ?? [], spec.rank[0] ?? "-"]);
    }
  }
  return firsts;
}

// test/sim/rules/p2.ts
var p2 = (settings2) => ({
  name: "P2",
  take(fact) {
    if (fact.kind !== "end" || !isSettled(settings2)) return null;
    const counts = new Map(eligibleNodes(fact.snapshot).map((node) => [node, 0]));
    for (const { spec } of fact.snapshot.virtualIps) {
      const [first = "-"] = spec.rank;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const loads = [...counts.values()];
    if (Math.max(...loads) - Math.min(...loads) <= 1) return null;
    return `addresses by node: ${JSON.stringify(Object.fromEntries(counts))}`;
  }
});

// test/sim/rules/p3.ts
var p3 = (settings2) => ({
  name: "P3",
  take(fact) {
    if (fact.kind !== "plan") return null;
    for (const write of fact.writes) {
      if (write.kind !== "update-virtual-ip" || write.move?.reason !== "node-lost") continue;
      const { from, address } = write.move;
      if (from === null || !isInOrder(from, fact.snapshot, { nowMs: fact.atMs, ...settings2 }))
        continue;
      return `${address} is moved from ${from} at ${seconds(fact.atMs)} as lost, but ${from} is well`;
    }
    return null;
  }
});
function isInOrder(node, { nodes, presences, virtualIps }, { nowMs, settlingTimeMs }) {
  const object = nodes.find(({ metadata }) => metadata.name === node);
  if (object === void 0 || object.metadata.labels?.[EXCLUDE_LABEL] !== void 0) return false;
  const presence = presences.find(({ lease }) => lease.spec?.holderIdentity === node);
  if (presence === void 0 || isStale(presence, nowMs)) return false;
  const renewedMs = Date.parse(presence.lease.spec?.renewTime ?? "");
  return !virtualIps.some(({ status }) => {
    const move2 = status?.lastMove;
    if (move2?.reason !== "node-lost" || move2.from !== node) return false;
    return renewedMs < Date.parse(move2.at) + settlingTimeMs;
  });
}

// test/sim/rules/p4.ts
var VOLUNTARY = ["balance", "spread"];
var p4 = (settings2) => {
  let lastMoveMs = -Infinity;
  return {
    name: "P4",
    take(fact) {
      if (fact.kind === "end") return wrongStatus(fact);
      if (fact.kind !== "plan") return null;
      for (const write of fact.writes) {
        const wrong = causeless(write, fact);
        if (wrong !== null) return wrong;
      }
      if (fact.again !== null && outline2(fact.again.writes) !== outline2(fact.plan.writes)) {
        return `planned twice at ${seconds(fact.atMs)}: ${outline2(fact.plan.writes)} and ${outline2(fact.again.writes)}`;
      }
      const voluntary = moves(fact.plan.writes).filter(({ reason }) => VOLUNTARY.includes(reason));
      if (voluntary.length === 0) return null;
      const tooSoon = fact.atMs - lastMoveMs < settings2.moveIntervalMs - 1;
      lastMoveMs = fact.atMs;
      const early = fact.atMs < settings2.settlingTimeMs;
      const hops = voluntary.length;
      if (!tooSoon && !early) return null;
      return `${hops} voluntary moves at ${seconds(fact.atMs)}, ${early ? "before the cluster is settled" : "too soon after the last"}`;
    }
  };
};
function outline2(writes) {
  return JSON.stringify(writes);
}
function moves(writes) {
  return writes.flatMap((write) => write.kind === "update-virtual-ip" ? write.move ?? [] : []);
}
function causeless(write, { atMs }) {
  if (write.kind !== "update-virtual-ip" || write.spec.rank === void 0) return null;
  const { before, spec, move: move2 } = write;
  const [from = null, to = null] = [before.spec.rank[0], spec.rank?.[0]];
  if (from === to) return null;
  const { address } = before.spec;
  if (move2 === void 0)
    return `${address} goes from ${from} to ${to} at ${seconds(atMs)}, and no cause is named`;
  if (move2.reason === "follow-holder" && before.status?.holder !== to) {
    return `${address} follows ${to} at ${seconds(atMs)}, but ${before.status?.holder ?? "nobody"} is reported`;
  }
  return null;
}
function wrongStatus({ atMs, answers, snapshot }) {
  for (const { spec, status } of snapshot.virtualIps) {
    const answering = answers.get(spec.address);
    const holder = status?.holder ?? null;
    if (answering === void 0 || holder === answering.node) continue;
    if (Date.parse(status?.since ?? "") >= answering.sinceMs) continue;
    return `at the end, ${seconds(atMs)}, ${answering.node} answers for ${spec.address}, and the status names ${holder}`;
  }
  return null;
}

// test/sim/rules/p5.ts
var p5 = () => {
  const lists = /* @__PURE__ */ new Map();
  return {
    name: "P5",
    take(fact) {
      if (fact.kind !== "write" || fact.write.kind !== "service-status") return null;
      const { before, status } = fact.write;
      const ingress = status.loadBalancer?.ingress;
      if (status.loadBalancer === void 0) return null;
      const list = (ingress ?? []).map(({ ip = "?" }) => ip);
      const key2 = before.metadata.uid ?? "";
      const known = lists.get(key2) ?? [];
      if (list.length > 0) lists.set(key2, list);
      const common = Math.min(known.length, list.length);
      if (known.slice(0, common).join() === list.slice(0, common).join()) return null;
      return `${before.metadata.name} had ${known.join(", ")} and is given ${list.join(", ")} at ${seconds(fact.atMs)}`;
    }
  };
};

// test/sim/rules/all.ts
function makeRules(settings2) {
  return [h1, h2, h3, h4, h5, h6, p1, p2, p3, p4, p5].map((make) => make(settings2));
}

// test/sim/segment.ts
var QUIET = { loss: 0, duplicates: 0, delayMs: 0 };
var Segment = class {
  /** By node: its piece of the segment. */
  groups;
  #size;
  /** By from × size + to: how many faults take what one sends to the other. */
  #cuts;
  #random;
  #queue;
  #delayMs;
  #noise = QUIET;
  /** By pair: when a heartbeat arrived last, and how many were lost since. */
  #arrivedMs;
  #lostRun;
  /** When a run of losses grew, and how long it was then: for the bounds of those who wait for news. */
  #runs = [];
  constructor(size, delayMs, world) {
    this.groups = Array.from({ length: size }, () => 0);
    this.#size = size;
    this.#cuts = new Int32Array(size * size);
    this.#arrivedMs = new Float64Array(size * size).fill(-Infinity);
    this.#lostRun = new Int32Array(size * size);
    this.#random = world.random;
    this.#queue = world.queue;
    this.#delayMs = delayMs;
  }
  set noise(noise) {
    this.#noise = noise ?? QUIET;
  }
  cut(from, to, change) {
    const at = from * this.#size + to;
    this.#cuts[at] = (this.#cuts[at] ?? 0) + change;
  }
  isCut(from, to) {
    return this.groups[from] !== this.groups[to] || (this.#cuts[from * this.#size + to] ?? 0) > 0;
  }
  send(from, to, heartbeat, nowMs) {
    if (this.isCut(from, to)) return;
    const { loss, duplicates, delayMs } = this.#noise;
    if (loss > 0 && this.#random.chance(loss)) {
      const at = from * this.#size + to;
      const length = (this.#lostRun[at] ?? 0) + 1;
      this.#lostRun[at] = length;
      this.#runs.push({ atMs: nowMs, length });
      return;
    }
    const copies = duplicates > 0 && this.#random.chance(duplicates) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const flightMs = this.#delayMs * (0.2 + 0.8 * this.#random.next());
      const lateMs = delayMs > 0 ? delayMs * this.#random.next() : 0;
      const event = { kind: "heartbeat", to, from, heartbeat, call: null };
      this.#queue.add(nowMs + flightMs + lateMs, event);
    }
  }
  /** What was on its way when the pieces parted is lost. */
  arrives(from, to, nowMs) {
    if (this.isCut(from, to)) return false;
    const at = from * this.#size + to;
    this.#arrivedMs[at] = nowMs;
    this.#lostRun[at] = 0;
    return true;
  }
  arrivedMs(from, to) {
    return this.#arrivedMs[from * this.#size + to] ?? -Infinity;
  }
  /** The longest run of heartbeats lost by noise, on any pair, from then on. */
  longestRunSince(atMs) {
    let longest = 0;
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i];
      if (run === void 0 || run.atMs < atMs) break;
      longest = Math.max(longest, run.length);
    }
    return longest;
  }
};

// test/sim/simulation.ts
var TRACE_LINES_MAX = 40;
function simulate(settings2, options = {}) {
  return new Simulation(settings2, options).run();
}
var Simulation = class {
  nodes;
  observer;
  cluster;
  segment;
  #settings;
  #options;
  #queue = new EventQueue();
  #rules;
  #client;
  #violations = [];
  #trace = [];
  #partitions = [];
  #nowMs = 0;
  #events = 0;
  constructor(settings2, options) {
    this.#settings = settings2;
    this.#options = options;
    const random = new Random(`run ${settings2.seed}`);
    const queue = this.#queue;
    const names = Array.from({ length: settings2.nodeCount }, (_, i) => `n${i + 1}`);
    this.segment = new Segment(settings2.nodeCount, settings2.delayMs, { random, queue });
    this.#rules = makeRules(settings2);
    const nowMs = () => this.#nowMs;
    const { segment } = this;
    this.observer = new Observer({
      ...{ settings: settings2, segment, nowMs, nodes: () => this.nodes },
      rankOf: (name) => this.cluster.virtualIps().get(name)?.spec.rank ?? [],
      exists: (name) => this.cluster.virtualIps().has(name),
      delayMaxMs: settings2.delayMs + greatestDelayMs(settings2),
      tell: (fact) => {
        this.#tell(fact);
      }
    });
    this.cluster = new Cluster(
      {
        ...{ settings: settings2, random, queue, nowMs },
        onChange: () => {
          for (const node of this.nodes) node.sync();
        },
        onPlan: (pass) => {
          this.#tell({ kind: "plan", atMs: this.#nowMs, ...pass });
        },
        onWrite: (write, before) => {
          if (write.kind === "create-virtual-ip") {
            const { address } = write.object.spec;
            this.observer.meet(address, virtualIpName(address));
          }
          if (this.#tracing) this.#note(`the API has ${outline(write)}`);
          this.#tell({ kind: "write", atMs: this.#nowMs, write, before });
        }
      },
      names
    );
    const { cluster } = this;
    const world = { settings: settings2, random, queue, segment, cluster, names, nowMs };
    this.nodes = names.map(
      (_, i) => new SimNode(i, {
        ...world,
        onEffect: (node, effect) => {
          this.#effect(node, effect);
        },
        onChange: (node, what) => {
          this.#changed(node, what);
        },
        onMet: (node, peers) => {
          const isAway = (i2) => this.nodes[i2]?.running !== true || this.segment.isCut(i2, node.index);
          if (peers.some(isAway)) this.observer.fault("met", 1 << node.index);
        }
      })
    );
    this.#client = new Client({
      ...world,
      nodes: this.nodes,
      observer: this.observer,
      tell: (fact) => {
        this.#tell(fact);
      }
    });
    this.#schedule(random);
  }
  get nowMs() {
    return this.#nowMs;
  }
  run() {
    const { runMs } = this.#settings;
    this.runUntil(runMs);
    return this.finish();
  }
  runUntil(endMs) {
    while (this.#queue.nextMs <= endMs) {
      this.#nowMs = Math.max(this.#nowMs, this.#queue.nextMs);
      const event = this.#queue.take();
      if (event === void 0) break;
      this.#events++;
      if (event.kind === "call") event.call();
      else {
        const node = this.nodes[event.to];
        if (event.kind === "timer") node?.timer(event.from);
        else if (this.segment.arrives(event.from, event.to, this.#nowMs)) {
          node?.heartbeat(event.heartbeat);
        }
      }
      this.observer.look();
      if (this.#violations.length > 0 && this.#options.trace !== "all") return;
    }
    this.#nowMs = endMs;
  }
  finish() {
    this.observer.end();
    const answers = /* @__PURE__ */ new Map();
    for (const address of this.observer.addresses) {
      const mask = this.observer.answersOn(address, -1);
      const node = this.nodes.find(({ index }) => mask === 1 << index);
      if (node === void 0) continue;
      const { offsetMs = 0 } = this.#settings.clocks[node.index] ?? {};
      const sinceMs = this.observer.gainedMs(address, node.index);
      answers.set(address, { node: node.name, sinceMs: START_MS + sinceMs + offsetMs });
    }
    const snapshot = this.cluster.model.snapshot();
    this.#tell({ kind: "end", atMs: this.#nowMs, snapshot, answers });
    return { violations: this.#violations, events: this.#events, trace: this.#trace };
  }
  begin(fault2) {
    this.#note(`fault begins: ${JSON.stringify(fault2)}`);
    this.#fault(fault2, true);
  }
  mend(fault2) {
    this.#note(`fault ends: ${JSON.stringify(fault2)}`);
    this.#fault(fault2, false);
  }
  #schedule(random) {
    for (const node of this.nodes) {
      this.#at(random.between(0, 400), () => {
        node.start("none");
      });
    }
    for (const { fault: fault2, atMs, endMs } of this.#settings.faults) {
      this.#at(atMs, () => {
        this.begin(fault2);
      });
      this.#at(endMs, () => {
        this.mend(fault2);
      });
    }
    this.#client.begin();
  }
  #at(atMs, call) {
    this.#queue.add(atMs, { kind: "call", to: -1, from: -1, heartbeat: null, call });
  }
  #fault(fault2, begins) {
    const node = "node" in fault2 && typeof fault2.node === "number" ? this.nodes[fault2.node] : void 0;
    switch (fault2.kind) {
      case "crash":
        if (begins) node?.crash();
        else node?.start(fault2.disk);
        return;
      case "stop":
        if (begins) node?.stop();
        else node?.start("fresh");
        return;
      case "pause":
        node?.pause(begins);
        return;
      case "partition":
        this.#partition(fault2, begins);
        return;
      case "one-way":
        this.#cut([[fault2.from, fault2.to]], begins);
        return;
      case "mute":
      case "deaf": {
        const others2 = this.nodes.filter((each) => each !== node).map(({ index }) => index);
        const pairs = others2.map(
          (other) => fault2.kind === "mute" ? [fault2.node, other] : [other, fault2.node]
        );
        this.#cut(pairs, begins);
        return;
      }
      case "carrier":
        node?.setCarrier(begins);
        return;
      case "noise":
        this.segment.noise = begins ? fault2 : null;
        return;
      case "api-away":
        if (fault2.node === "all" || fault2.node === "controller") {
          this.cluster.setAway(fault2.node, begins);
        } else node?.setApiAway(begins);
        return;
      case "controller-crash":
        this.cluster.controllerDown(begins);
        return;
      case "exclude":
        this.cluster.exclude(node?.name ?? "", begins);
        return;
      case "service":
        if (begins) this.cluster.setService(fault2.name, fault2.count);
        return;
      case "stranger":
        this.#client.stranger(fault2.address, begins);
        return;
    }
  }
  /** Of several partitions at once each adds its own borders. */
  #partition(fault2, begins) {
    const all = (1 << this.nodes.length) - 1;
    this.observer.fault("partition", all);
    if (begins) this.#partitions.push(fault2);
    else this.#partitions.splice(this.#partitions.indexOf(fault2), 1);
    this.nodes.forEach((_, i) => {
      const key2 = this.#partitions.reduce((sum, { groups }) => sum * 4 + (groups[i] ?? 0), 0);
      this.segment.groups[i] = key2;
    });
    this.observer.returned(all);
    this.observer.changed();
  }
  #cut(pairs, begins) {
    const mask = pairs.reduce((sum, [from, to]) => sum | 1 << from | 1 << to, 0);
    this.observer.fault(begins ? "heartbeats cut" : "mend", mask);
    for (const [from, to] of pairs) this.segment.cut(from, to, begins ? 1 : -1);
    if (!begins) this.observer.returned(mask);
    this.observer.changed();
  }
  #changed(node, what) {
    this.#note(`${node.name} ${what}`);
    const bit = 1 << node.index;
    switch (what) {
      case "dies":
      case "has left":
        this.observer.fault(what === "dies" ? "crash" : "left", bit);
        this.observer.died(node);
        return;
      case "has no carrier":
        this.observer.lostLink(node);
        this.observer.fault(what, bit);
        return;
      case "has a carrier":
        this.observer.fault("goes on", bit);
        this.observer.returnedLink(node);
        return;
      case "is paused":
        this.observer.fault(what, bit);
        return;
      case "goes on":
        this.observer.fault("goes on", bit);
        this.observer.returned(bit);
        return;
      case "serves":
        this.observer.fault("serves", bit);
        this.observer.returned(bit);
        return;
      case "reads the plan":
      case "is asked to stop":
        this.observer.planned(node);
        return;
      default:
        this.observer.changed();
    }
  }
  #effect(node, effect) {
    if (effect.kind === "holding") this.#holding(node, effect.change);
    else if (effect.kind === "judged") this.#judged(node, effect);
    else if (effect.kind === "conflict") {
      this.#note(`${node.name} sees a conflict on ${effect.sighting.ip}`);
      if (effect.sighting.node !== null) return;
      this.#tell({
        kind: "conflict",
        address: effect.sighting.ip,
        node: node.index,
        atMs: this.#nowMs
      });
    } else if (effect.kind === "send-frame" && node.carrier) {
      if (effect.what !== "poke") this.#broadcast(node, effect.frame);
      if (effect.what !== "announcement") return;
      this.observer.announced(node, effect.ip);
      this.#client.announced(node, effect.ip);
    }
  }
  /** What a node sends to one, the others ignore as a switch's flooding. */
  #broadcast(from, frame) {
    for (const node of this.nodes) {
      if (node === from || this.segment.groups[node.index] !== this.segment.groups[from.index])
        continue;
      this.#at(this.#nowMs + this.#settings.delayMs, () => {
        if (this.segment.groups[node.index] === this.segment.groups[from.index]) node.ask(frame);
      });
    }
  }
  #holding(node, change) {
    if (this.#tracing) {
      const { address, from, to, gained, reason, generation } = change;
      const verb = gained ? "gains" : "gives up";
      this.#note(
        `${node.name} ${verb} ${address}: ${from} to ${to}, ${reason}, plan ${generation}`
      );
    }
    this.observer.holding(node, change);
  }
  #judged(node, { node: peer, verdict }) {
    this.#note(`${node.name} judges ${peer}: ${verdict}`);
    const other = this.nodes.find(({ name }) => name === peer);
    if (other === void 0) return;
    if (verdict !== "lost") {
      if (verdict !== "left") this.observer.fault("heard", 1 << other.index);
      return;
    }
    const silentMs = this.#nowMs - this.segment.arrivedMs(other.index, node.index);
    const { detectionMs } = this.#settings;
    const wellMs = this.#nowMs - this.observer.wellSinceMs(other.index);
    this.#tell({
      ...{ wellMs, kind: "judged", node: node.index, peer: other.index, atMs: this.#nowMs },
      ...{ silentMs, detectionMs }
    });
    const isNoise = other.running && !other.paused && !this.segment.isCut(other.index, node.index);
    if (isNoise) this.observer.fault("noise", 1 << other.index);
  }
  #tell(fact) {
    for (const rule of this.#rules) {
      const what = rule.take(fact);
      if (what === null) continue;
      const { seed, profile } = this.#settings;
      this.#note(`VIOLATION of ${rule.name}: ${what}`);
      this.#violations.push({ seed, profile, rule: rule.name, atMs: this.#nowMs, what });
    }
  }
  get #tracing() {
    return (this.#options.trace ?? "none") !== "none";
  }
  #note(line) {
    if (!this.#tracing) return;
    this.#trace.push(`${seconds(this.#nowMs).padStart(9)}  ${line}`);
    if (this.#options.trace === "last" && this.#trace.length > TRACE_LINES_MAX) this.#trace.shift();
  }
};

// ../../w-rules/counts-child.ts
var c = {};
var inc = (k, n = 1) => c[k] = (c[k] ?? 0) + n;
var orig = Speaker.prototype.step;
Speaker.prototype.step = function(e) {
  inc("step " + e.kind);
  const r = orig.call(this, e);
  for (const x of r) inc("effect " + x.kind + ("what" in x ? x.what : ""));
  return r;
};
for (let s = 1; s <= 20; s++) {
  const out = simulate(settingsOf(String(s)), { onSimulation: () => {
  } });
  inc("events", out.events);
}
for (const [k, v] of Object.entries(c)) console.log((v / 20).toFixed(1).padStart(10), k);
