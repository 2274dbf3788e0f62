/** A control plane and a way to it, from the first test of a suite to its last. */
import { startControlPlane, type ControlPlane } from "../../lab/control-plane.ts";
import { Api } from "./api.ts";
import { applyCrds } from "./crd-install.ts";

/** Only there while the tests of the suite run. */
export interface Plane {
  readonly api: Api;
  readonly controlPlane: ControlPlane;
}

/**
 * To be called in a `describe`: starts before its tests and stops after them.
 *
 * @param withCrds whether the definitions are in it from the beginning
 */
export function usePlane({ withCrds = true } = {}): Plane {
  let controlPlane: ControlPlane | undefined;
  let api: Api | undefined;

  before(async () => {
    controlPlane = await startControlPlane();
    api = await Api.connect(controlPlane.kubeconfig);
    if (withCrds) await applyCrds(api);
  });

  after(async () => {
    await api?.close();
    await controlPlane?.stop();
  });

  return {
    get api() {
      return started(api);
    },
    get controlPlane() {
      return started(controlPlane);
    },
  };
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the control plane is not started");
  return part;
}
