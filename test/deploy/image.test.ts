/**
 * The container image: built, unpacked, and its programs started in it, with nothing of this machine around them.
 *
 * Needs root (chroot, files of root) and the Debian package buildah.
 */
import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const BUILD_MS_MAX = 180_000;
const NOBODY = "65534:65534";

interface Descriptor {
  readonly digest: string;
}

interface ImageConfig {
  readonly architecture: string;
  readonly config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly Cmd: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
}

describe("deploy: the image", function () {
  this.timeout(BUILD_MS_MAX);
  let directory = "";
  let rootfs = "";
  let image: ImageConfig;

  before(function () {
    const missing = whatIsMissing();
    if (missing !== null) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "spreadlb-test-"));
    rootfs = join(directory, "rootfs");
    execFileSync("node", ["build.mjs"], { cwd: ROOT });
    const archive = join(directory, "image.tar");
    execFileSync("node", ["deploy/image.mjs", "--output", archive], { cwd: ROOT });
    image = unpack(archive, { directory, rootfs });
  });

  after(() => {
    if (directory !== "") rmSync(directory, { recursive: true, force: true });
  });

  it("starts the program, as nobody unless a manifest says otherwise", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      version: string;
    };
    const { User, Entrypoint, Cmd, Labels } = image.config;
    expect({ User, Entrypoint, Cmd }).to.deep.equal({
      User: NOBODY,
      Entrypoint: ["/usr/bin/node", "/app/bin/spreadlb"],
      Cmd: ["--help"],
    });
    expect(Labels["org.opencontainers.image.version"]).to.equal(version);
    expect(image.architecture).to.equal({ x64: "amd64", arm64: "arm64" }[process.arch as "x64"]);
  });

  it("holds Node.js, its libraries and the program: no shell, no package manager", () => {
    expect(readdirSync(rootfs).sort()).to.deep.equal(["app", "etc", "lib", "lib64", "tmp", "usr"]);
    expect(readdirSync(join(rootfs, "usr/bin"))).to.deep.equal(["node"]);
    expect(readdirSync(join(rootfs, "app/node_modules")).sort()).to.deep.equal([
      "@koromix",
      "koffi",
    ]);
  });

  const rows = [
    { name: "--version", argv: ["--version"], want: /^\d+\.\d+\.\d+\n$/ },
    { name: "speaker --help", argv: ["speaker", "--help"], want: /--node-name <name>/ },
    { name: "controller --help", argv: ["controller", "--help"], want: /--http-port <port>/ },
  ];
  for (const { name, argv, want } of rows) {
    it(`node /app/bin/spreadlb ${name}`, () => {
      const { status, stdout, stderr } = inImage(["/app/bin/spreadlb", ...argv]);
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: "" });
      expect(stdout).to.match(want);
    });
  }

  it("a speaker that lacks a flag says so there, exit status 2", () => {
    const { status, stderr } = inImage(["/app/bin/spreadlb", "speaker"]);
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr:
        'spreadlb: required option "--node-name <name>" not specified; see spreadlb speaker --help\n',
    });
  });

  it("loads koffi, and calls the kernel through it", () => {
    const program = [
      'import koffi from "/app/node_modules/koffi/index.js";',
      'console.log(koffi.load("libc.so.6").func("int getuid()")());',
    ].join("");
    const { status, stdout, stderr } = inImage(["--input-type=module", "-e", program]);
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: "65534\n", stderr: "" });
  });

  /** Runs the image's node in its own root, as nobody, with an empty environment. */
  function inImage(argv: readonly string[]): {
    status: number | null;
    stdout: string;
    stderr: string;
  } {
    const chroot = [`--userspec=${NOBODY}`, rootfs, "/usr/bin/node", ...argv];
    return spawnSync("/usr/sbin/chroot", chroot, { encoding: "utf8", env: {} });
  }
});

function whatIsMissing(): string | null {
  if (process.getuid?.() !== 0)
    return "the image needs root: chroot, and files that belong to root";
  if (spawnSync("buildah", ["--version"]).error !== undefined) {
    return "buildah is not installed: apt-get install --no-install-recommends buildah";
  }
  return null;
}

/** Reads an OCI archive (image-spec "Image Layout"): index, manifest, config, and all layers into `rootfs`. */
function unpack(
  archive: string,
  { directory, rootfs }: { readonly directory: string; readonly rootfs: string },
): ImageConfig {
  const layout = join(directory, "layout");
  mkdirSync(layout);
  mkdirSync(rootfs);
  execFileSync("tar", ["-xf", archive, "-C", layout]);
  const path = ({ digest }: Descriptor): string => join(layout, "blobs", digest.replace(":", "/"));
  const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
  const index = read(join(layout, "index.json")) as { manifests: [Descriptor] };
  const manifest = read(path(index.manifests[0])) as {
    config: Descriptor;
    layers: readonly Descriptor[];
  };
  for (const layer of manifest.layers) execFileSync("tar", ["-xf", path(layer), "-C", rootfs]);
  return read(path(manifest.config)) as ImageConfig;
}
