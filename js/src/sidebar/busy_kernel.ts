// A page that is loaded while a cell runs. JupyterLab asks the kernel what it is, and all widgets wait
// for its answer until the cell has ended. A kernel with subshells (JEP 91) answers at once in one; so
// it is asked there too, and what widgets have asked meanwhile goes there.
import type { Kernel, KernelMessage, Kernels, SessionContext } from "./lab";

/** A kernel that is not busy has answered by then. What is asked waits in the page for 3 s. */
const PATIENCE_MS = 800;
/** By then all that was sent to the subshell has been heard, and widgets have one of their own. */
const KEPT_MS = 30_000;

/** Have the kernels of a notebook, this one and those to come, answer a new page while busy. */
export function askWhileBusy(context: SessionContext, kernels: Kernels): void {
  const kernel = context.session?.kernel;
  if (kernel) void ask(kernel, kernels);
  context.kernelChanged.connect((_, { newValue }) => {
    if (newValue) void ask(newValue, kernels);
  });
}

async function ask(kernel: Kernel, kernels: Kernels): Promise<void> {
  // Before JupyterLab 4.4 there are no subshells, and later they may be unwanted.
  if (!("subshellId" in kernel) || kernel.commsOverSubshells === "disabled") return;
  let subshell = "";
  const comms: KernelMessage[] = [];
  const redirect = (_: unknown, { msg, direction }: { msg: KernelMessage; direction: string }) => {
    if (direction !== "send" || !msg.header.msg_type.startsWith("comm_")) return;
    if (subshell) msg.header.subshell_id ??= subshell;
    else comms.push(msg);
  };
  kernel.anyMessage.connect(redirect);
  try {
    if (!(await isBusy(kernel, kernels))) return;
    subshell = await createSubshell(kernel, kernels);
    for (const msg of comms) msg.header.subshell_id ??= subshell;
    await requestInfo(kernel, subshell);
    setTimeout(() => {
      if (!kernel.isDisposed) kernel.requestDeleteSubshell({ subshell_id: subshell });
    }, KEPT_MS);
  } catch {
    // Then it answers when the cell has ended.
  } finally {
    kernel.anyMessage.disconnect(redirect);
  }
}

/**
 * Whether it is a Python kernel that does not answer; others may not know of subshells.
 *
 * The server knows of the last status alone, which may be idle for what the control channel asked.
 */
async function isBusy(kernel: Kernel, kernels: Kernels): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, PATIENCE_MS, true));
  const answered = kernel.info.then(() => false);
  if (!(await Promise.race([late, answered]))) return false;
  await kernels.refreshRunning();
  const { execution_state } = [...kernels.running()].find(({ id }) => id === kernel.id) ?? {};
  return execution_state !== "starting" && (await kernel.spec)?.language === "python";
}

/** Make a subshell, over a connection of its own: on the notebook's it would wait its turn. */
async function createSubshell(kernel: Kernel, kernels: Kernels): Promise<string> {
  const model = { id: kernel.id, name: kernel.name };
  const connection = kernels.connectTo({ model, handleComms: false });
  try {
    await connected(connection);
    const header = {
      msg_id: crypto.randomUUID?.() ?? `${kernel.clientId}-subshell`,
      msg_type: "create_subshell_request",
      session: connection.clientId,
      username: "",
      date: new Date().toISOString(),
      version: "5.5",
    };
    const channel = "control" as const;
    const msg = { header, channel, parent_header: {}, metadata: {}, content: {}, buffers: [] };
    const { done } = connection.sendControlMessage(msg, true);
    // A kernel that knows of no subshells may leave that unanswered, but not the page's question.
    const { content } = await Promise.race([done, kernel.info.then(refuse)]);
    return content.subshell_id || refuse();
  } finally {
    connection.dispose();
  }
}

function refuse(): never {
  throw new Error("there is no subshell, or no need for one");
}

/** Wait until a connection is up; what is sent before waits for the kernel's first answer. */
function connected(connection: Kernel): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (connection.connectionStatus === "connected") resolve();
    };
    connection.connectionStatusChanged.connect(look);
    look();
  });
}

/** Ask the kernel what it is, in a subshell. */
function requestInfo(kernel: Kernel, subshell: string): Promise<unknown> {
  kernel.subshellId = subshell;
  try {
    return kernel.requestKernelInfo(); // the message is made before it returns
  } finally {
    kernel.subshellId = null; // for cells must not be run there
  }
}
