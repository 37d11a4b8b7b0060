// Classifies pictures with the server that this page came from.
import { watchPictures } from "/pictures.js";

const at = id => document.getElementById(id);
let names = [];
let collects = false;

const say = text => { at("status").textContent = text; };

async function ask(address, init = {}) {
  const headers = { ...init.headers };
  if (at("key").value) {
    headers["X-API-Key"] = at("key").value;
  }

  const answer = await fetch(address, { ...init, headers });
  if (answer.status === 401) {
    at("key-label").hidden = false;
    throw new Error("This server wants a key: write it above.");
  }

  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The server says ${answer.status}.`);
  }

  return answer.status === 204 ? null : answer.json();
}

async function loadModels() {
  const list = (await ask("/v1/models")).models;
  at("model").replaceChildren(...list.map(model => new Option(`${model.name} · ${model.version}`, `${model.name}@${model.version}`)));
  await loadModel();
}

async function loadModel() {
  const details = await ask(`/v1/models/${encodeURIComponent(at("model").value)}`);
  names = details.classNames;
  collects = details.collects;
  at("count").textContent = `${names.length} classes`;
  at("all-names").replaceChildren(...names.map(name => new Option(name)));
  at("facts").replaceChildren(...Object.entries(details.card).flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
  showNames();
}

function showNames() {
  const sought = at("search").value.trim().toLowerCase();
  at("names").replaceChildren(...names.filter(name => name.toLowerCase().includes(sought)).map(name => element("li", name)));
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

async function take(files) {
  let failed = 0;
  for (const [place, file] of files.entries()) {
    say(`Classifying ${place + 1} of ${files.length}: ${file.name}`);
    const item = at("answer").content.cloneNode(true).firstElementChild;
    item.querySelector("img").src = URL.createObjectURL(file);
    item.querySelector("img").alt = file.name;
    try {
      const form = new FormData();
      form.append("file", file, file.name);
      const answer = await ask(`/v1/classify?model=${encodeURIComponent(at("model").value)}`, { method: "POST", body: form });
      showAnswer(item, file, answer.predictions[0]);
    } catch (error) {
      failed++;
      item.classList.add("failed");
      item.querySelector("h2").textContent = `${file.name}: ${error.message}`;
    }

    at("answers").prepend(item);
  }

  say(failed === 0
    ? `${files.length} ${files.length === 1 ? "picture is" : "pictures are"} classified.`
    : `${files.length - failed} classified, ${failed} could not be.`);
}

function showAnswer(item, file, prediction) {
  item.querySelector("h2").textContent = `${file.name}: ${prediction.answer ?? "none of these"}`;
  item.querySelector(".bars").replaceChildren(...prediction.classes.map(one => {
    const line = document.createElement("li");
    const percent = `${(one.probability * 100).toFixed(1)} %`;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = one.probability;
    bar.setAttribute("aria-label", `${one.name}: ${percent}`);
    line.append(element("b", one.name), element("span", percent), bar);
    return line;
  }));
  if (collects) {
    watchCorrection(item.querySelector("form"), file, at("model").value);
  }
}

function watchCorrection(form, file, model) {
  const input = form.querySelector("input");
  const output = form.querySelector("output");
  form.hidden = false;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    try {
      const query = new URLSearchParams({ class: input.value, model });
      await ask(`/v1/corrections?${query}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
      output.textContent = `Kept as ${input.value}.`;
    } catch (error) {
      output.textContent = error.message;
    }
  });
}

async function start() {
  try {
    await loadModels();
    say("");
  } catch (error) {
    say(error.message);
  }
}

at("model").addEventListener("change", () => loadModel().catch(error => say(error.message)));
at("search").addEventListener("input", showNames);
at("key").addEventListener("change", start);
watchPictures(take, say);
start();
