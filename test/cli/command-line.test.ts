/** The command line as people meet it: what is printed where, and the exit status. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { PLAN_OPTIONS } from "../../src/controller/plan.ts";

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(...argv: readonly string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const status = await main(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { status, out, err };
}

describe("cli: wrong usage", () => {
  const rows = [
    {
      argv: [],
      want: "no command is given: use controller, speaker, status, why, bgp, dns, drain, undrain, lint or migrate; see spreadlb --help",
    },
    { argv: ["foo"], want: 'unknown command "foo"; see spreadlb --help' },
    {
      argv: ["speker"],
      want: 'unknown command "speker" (Did you mean speaker?); see spreadlb --help',
    },
    { argv: ["--foo"], want: 'unknown option "--foo"; see spreadlb --help' },
    {
      argv: ["controller", "--nope"],
      want: 'unknown option "--nope"; see spreadlb controller --help',
    },
    {
      argv: ["speaker", "--node-name", "n1", "--htp-port", "1"],
      want: 'unknown option "--htp-port" (Did you mean --http-port?); see spreadlb speaker --help',
    },
    {
      argv: ["speaker"],
      want: 'required option "--node-name <name>" not specified; see spreadlb speaker --help',
    },
    {
      argv: ["speaker", "--node-name", "N!"],
      want: 'option "--node-name <name>" argument "N!" is invalid: A node name is lower-case letters, digits, dashes and dots; see spreadlb speaker --help',
    },
    ...["0", "65536", "-1", "1.5", "0x10", "", "7472 ", "abc"].map((port) => ({
      argv: ["controller", `--http-port=${port}`],
      want: `option "--http-port <port>" argument "${port}" is invalid: A port is a whole number from 1 to 65535; see spreadlb controller --help`,
    })),
    ...["-1", "1.5", "", "1s", "86400001"].map((time) => ({
      argv: ["controller", `--settling-time-ms=${time}`],
      want: `option "--settling-time-ms <ms>" argument "${time}" is invalid: A time is a whole number of milliseconds from 0 to 86400000; see spreadlb controller --help`,
    })),
    ...["19", "1001", "5e1", "-50"].map((ms) => ({
      argv: ["speaker", "--node-name", "n1", `--heartbeat-interval-ms=${ms}`],
      want: `option "--heartbeat-interval-ms <ms>" argument "${ms}" is invalid: A time is a whole number of milliseconds from 20 to 1000; see spreadlb speaker --help`,
    })),
    ...["49", "10001"].map((ms) => ({
      argv: ["speaker", "--node-name", "n1", `--detection-time-ms=${ms}`],
      want: `option "--detection-time-ms <ms>" argument "${ms}" is invalid: A time is a whole number of milliseconds from 50 to 10000; see spreadlb speaker --help`,
    })),
    {
      argv: ["speaker", "--node-name", "n1", "--heartbeat-interval-ms", "133"],
      want: "a detection time of 330 ms is too short for an interval of 133 ms: give --detection-time-ms 333 or more; see spreadlb speaker --help",
    },
    {
      argv: ["controller", "--namespace", "a.b"],
      want: 'option "--namespace <name>" argument "a.b" is invalid: A namespace is lower-case letters, digits and dashes, at most 63; see spreadlb controller --help',
    },
    {
      argv: ["controller", "--log-level", "loud"],
      want: 'option "--log-level <level>" argument "loud" is invalid: Allowed choices are trace, debug, info, warn, error, silent; see spreadlb controller --help',
    },
    {
      argv: ["controller", "--http-port"],
      want: 'option "--http-port <port>" argument missing; see spreadlb controller --help',
    },
    {
      argv: ["controller", "extra"],
      want: 'too many arguments for "controller": Expected 0 arguments but got 1; see spreadlb controller --help',
    },
    {
      argv: ["status", "-o", "xml"],
      want: 'option "-o, --output <format>" argument "xml" is invalid: Allowed choices are wide, json; see spreadlb status --help',
    },
    { argv: ["why"], want: 'missing required argument "address|service"; see spreadlb why --help' },
    { argv: ["drain"], want: 'missing required argument "node"; see spreadlb drain --help' },
    {
      argv: ["drain", "N!"],
      want: 'command-argument value "N!" is invalid for argument "node": A node name is lower-case letters, digits, dashes and dots; see spreadlb drain --help',
    },
    {
      argv: ["drain", "n1", "--timeout", "0"],
      want: 'option "--timeout <seconds>" argument "0" is invalid: A time is a whole number of seconds from 1 to 86400; see spreadlb drain --help',
    },
    { argv: ["undrain"], want: 'missing required argument "node"; see spreadlb undrain --help' },
    {
      argv: ["status", "--kubeconfig", "/does/not/exist"],
      want: 'the kubeconfig "/does/not/exist" cannot be read; name another with --kubeconfig',
    },
    {
      argv: ["controller", "--kubeconfig", "/does/not/exist"],
      want: 'the kubeconfig "/does/not/exist" cannot be read; name another with --kubeconfig',
    },
    {
      argv: ["speaker", "--node-name", "n1", "--kubeconfig", "/does/not/exist"],
      want: 'the kubeconfig "/does/not/exist" cannot be read; name another with --kubeconfig',
    },
  ];
  for (const { argv, want } of rows) {
    it(`spreadlb ${argv.join(" ")}`, async () => {
      expect(await run(...argv)).to.deep.equal({ status: 2, out: "", err: `spreadlb: ${want}\n` });
    });
  }

  it("a wrong value in the environment is named with its variable", async () => {
    process.env["SPREADLB_HTTP_PORT"] = "abc";
    try {
      expect((await run("controller")).err).to.equal(
        'spreadlb: option "--http-port <port>" value "abc" from env "SPREADLB_HTTP_PORT" is invalid: A port is a whole number from 1 to 65535; see spreadlb controller --help\n',
      );
    } finally {
      delete process.env["SPREADLB_HTTP_PORT"];
    }
  });
});

describe("cli: help", () => {
  const commands = [
    ...["controller", "speaker", "status", "why", "bgp", "dns", "drain", "undrain", "lint"],
  ] as const;
  const page = readFileSync(join(import.meta.dirname, "../../docs/cli.md"), "utf8");

  for (const argv of [["--version"], ["-V"]]) {
    it(`spreadlb ${argv.join(" ")} prints the version alone`, async () => {
      const { status, out, err } = await run(...argv);
      expect({ status, err }).to.deep.equal({ status: 0, err: "" });
      expect(out).to.match(/^\d+\.\d+\.\d+\S*\n$/);
    });
  }

  for (const argv of [["--help"], ...commands.map((command) => [command, "--help"])]) {
    it(`spreadlb ${argv.join(" ")} is what docs/cli.md shows`, async () => {
      const { status, out, err } = await run(...argv);
      expect({ status, err }).to.deep.equal({ status: 0, err: "" });
      expect(page).to.include(`\`\`\`text\n$ spreadlb ${argv.join(" ")}\n${out}\`\`\``);
    });
  }

  for (const command of commands) {
    it(`${command}: every flag has its name in the environment`, async () => {
      const { out } = await run(command, "--help");
      const flags = [...out.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)].map(([, name]) => name ?? "");
      const text = out.replaceAll(/\s+/g, " ");
      const missing = flags
        .filter((name) => name !== "help")
        .filter((name) => !new RegExp(`--${name} [^()]*\\([^()]*env: SPREADLB_\\w+\\)`).test(text));
      expect(flags.length).to.be.greaterThan(1);
      expect(missing).to.deep.equal([]);
    });
  }
});

describe("cli: what is true without a flag", () => {
  it("the controller's times are those of the plan", async () => {
    const { out } = await run("controller", "--help");
    const defaultOf = (name: string): number =>
      Number(
        new RegExp(`--${name} [^()]*\\(default: (\\d+)`).exec(out.replaceAll(/\s+/g, " "))?.[1],
      );
    expect(defaultOf("settling-time-ms")).to.equal(PLAN_OPTIONS.settlingTimeMs);
    expect(defaultOf("move-interval-ms")).to.equal(PLAN_OPTIONS.moveIntervalMs);
  });
});
