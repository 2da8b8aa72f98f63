// Headless Chromium, where there is one; TROUPE_CHROMIUM names another than Debian's.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const executablePath = process.env.TROUPE_CHROMIUM ?? "/usr/bin/chromium";

/** For a suite's options: skips it where no browser is. */
export const inBrowser = { skip: !existsSync(executablePath) && "no Chromium" };

export function launchBrowser() {
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage"],
  });
}
