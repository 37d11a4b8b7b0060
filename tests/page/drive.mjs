// Drives the server's page in a real browser: an answer, an error, a correction, the keyboard, narrow and wide, light and dark.
//   node drive.mjs ADDRESS CHROMIUM PICTURE CLASS COLLECTED [SCREENSHOTS]
import { chromium } from "playwright-core";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";

const [address, executablePath, picture, right, collected, screenshots] = process.argv.slice(2);
const camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", ...camera] });
let held = 0;

async function check(name, act) {
  await act();
  held++;
  console.log(`held: ${name}`);
}

const context = await browser.newContext();
const page = await context.newPage();
const strangers = [];
const faults = [];
page.on("request", request => {
  if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
    strangers.push(request.url());
  }
});
page.on("pageerror", error => faults.push(error.message));
page.on("console", message => {
  if (message.type() === "error" && !message.text().includes("400")) {
    faults.push(message.text());
  }
});
const bytes = readFileSync(picture).toString("base64");
const dropped = (name, base64) => page.evaluate(([name, base64]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(base64), one => one.charCodeAt(0))], name, { type: "image/png" }));
  document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}, [name, base64]);
const first = page.locator("#answers > li").first();

try {
  await page.goto(address);
  await page.locator("#model option").first().waitFor({ state: "attached" });

  await check("a dropped picture is answered with bars", async () => {
    await dropped("dropped.png", bytes);
    await first.locator(".bars li").first().waitFor();
    const widths = await first.locator("progress").evaluateAll(bars => bars.map(bar => bar.value));
    assert.ok(widths.length >= 2 && widths[0] > 0);
    assert.deepEqual(widths, [...widths].sort((left, other) => other - left));
    assert.match(await page.locator("#status").textContent(), /1 picture is classified/);
  });
  await check("several chosen pictures are answered", async () => {
    await page.locator("#choose").setInputFiles([picture, picture]);
    await page.getByText("2 pictures are classified.").waitFor();
    assert.equal(await page.locator("#answers > li").count(), 3);
  });
  await check("a pasted picture is answered", async () => {
    await page.evaluate(base64 => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), one => one.charCodeAt(0))], "pasted.png", { type: "image/png" }));
      dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
    }, bytes);
    await page.getByRole("heading", { name: /pasted\.png/ }).waitFor();
  });
  await check("the camera is opened, gives a picture, and is let go", async () => {
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.waitForFunction(() => document.getElementById("video").videoWidth > 0);
    await page.getByRole("button", { name: "Take the picture" }).click();
    await page.getByRole("heading", { name: /camera\.jpg/ }).waitFor();
    assert.ok(await page.locator("#viewfinder").isHidden());
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByRole("button", { name: "Close the camera" }).click();
    assert.ok(await page.locator("#viewfinder").isHidden());
  });
  await check("what is no picture is said to be none", async () => {
    await dropped("broken.png", Buffer.from("no picture").toString("base64"));
    await page.getByRole("heading", { name: /broken\.png.*not a JPEG/ }).waitFor();
    assert.match(await page.locator("#status").textContent(), /1 could not be/);
  });
  await check("a correction is kept, once, and a class that is none is refused", async () => {
    const item = page.locator("#answers > li", { hasText: "pasted.png" });
    await item.getByRole("combobox").fill(right);
    await item.getByRole("button", { name: "Keep the correction" }).click();
    await item.getByText(`Kept as ${right}.`).waitFor();
    assert.equal(readdirSync(join(collected, right)).length, 1);
    await item.getByRole("combobox").fill("no such class");
    await item.getByRole("button", { name: "Keep the correction" }).click();
    await item.getByText("has no class").waitFor();
    assert.ok(!existsSync(join(collected, "no such class")));
  });
  await check("the card and the classes can be opened and searched with the keyboard", async () => {
    await page.locator("#classes summary").focus();
    await page.keyboard.press("Enter");
    const all = await page.locator("#names li").count();
    await page.keyboard.press("Tab");
    await page.keyboard.type(right);
    const some = await page.locator("#names li").allTextContents();
    assert.ok(some.length >= 1 && some.length < all && some.every(name => name.includes(right)));
  });
  await check("everything that can be used has a name", async () => {
    const nameless = await page.locator("button, input:not([type=file]), select, progress, img, video").evaluateAll(all => all
      .filter(one => !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label") || one.getAttribute("alt")))
      .map(one => one.outerHTML));
    assert.deepEqual(nameless, []);
  });
  for (const width of [400, 800, 1600]) {
    for (const colorScheme of ["light", "dark"]) {
      await check(`fits ${width} pixels, ${colorScheme}`, async () => {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        if (screenshots) {
          mkdirSync(screenshots, { recursive: true });
          await page.screenshot({ path: join(screenshots, `page-${width}-${colorScheme}.png`) });
        }
      });
    }
  }
  await check("nothing was asked of another host, and nothing failed in the page", async () => {
    assert.deepEqual(strangers, []);
    assert.deepEqual(faults, []);
  });
} catch (error) {
  console.log(`BROKEN: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}

console.log(`${held} passed, ${process.exitCode ? 1 : 0} failed`);
