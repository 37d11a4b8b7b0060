// Classifies a picture with a student's ONNX file, in JavaScript: node classify.mjs student.onnx picture.png
// Needs student.json beside the graph, as promptkd export wrote it, and: npm install onnxruntime-node sharp
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

const [graph, picture] = process.argv.slice(2);
const { model } = JSON.parse(readFileSync(graph.replace(/\.[^.]*$/, '.json'), 'utf8'));
const { size, resizeSize: side = size, cutsDown, upright, interpolation } = model.preprocessing;

// Pillow's filters: where a picture shrinks, they reach as far as it shrinks.
const cubic = x => (x = Math.abs(x), x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0);
const linear = x => Math.max(0, 1 - Math.abs(x));
const [filter, reach] = interpolation === 'bilinear' ? [linear, 1] : [cubic, 2];

// One axis of [rows, length, 3] bytes, turned on the way: twice is both axes, and upright again.
function resize(source, rows, length, target) {
  const scale = length / target, wide = Math.max(scale, 1), result = new Uint8Array(target * rows * 3);
  for (let place = 0; place < target; place++) {
    const centre = (place + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - reach * wide + 0.5));
    const to = Math.min(length, Math.trunc(centre + reach * wide + 0.5));
    const weights = Array.from({ length: to - from }, (_, step) => filter((from + step - centre + 0.5) / wide));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let row = 0; row < rows; row++) for (let colour = 0; colour < 3; colour++) {
      const sum = weights.reduce((sum, weight, step) => sum + weight * source[(row * length + from + step) * 3 + colour], 0);
      result[(place * rows + row) * 3 + colour] = Math.min(255, Math.max(0, Math.floor(sum / total + 0.5)));
    }
  }
  return result;
}

const file = upright ? sharp(picture).rotate() : sharp(picture);
const { data, info: { width, height } } = await file.removeAlpha().toColourspace('srgb').raw()
  .toBuffer({ resolveWithObject: true });
const short = Math.min(width, height);
const wide = Math.trunc(side * width / short), high = Math.trunc(side * height / short);
const resized = resize(resize(data, height, width, wide), wide, height, high);
// Where the middle lies at half a pixel: the even one of both, as in torchvision; with cutsDown the lower one.
const middle = spare => cutsDown ? Math.floor(spare / 2) : spare % 2 === 0 ? spare / 2 : 2 * Math.round(spare / 4);
const left = middle(wide - size), top = middle(high - size);
const pixels = new Uint8Array(size * size * 3);
for (let row = 0; row < size; row++) {
  const start = ((top + row) * wide + left) * 3;
  pixels.set(resized.subarray(start, start + size * 3), row * size * 3);
}

const session = await InferenceSession.create(graph);
const { probabilities } = await session.run({ pixels: new Tensor('uint8', pixels, [1, size, size, 3]) });
model.classNames.map((name, label) => ({ name, probability: probabilities.data[label] }))
  .sort((a, b) => b.probability - a.probability).slice(0, 3)
  .forEach(({ name, probability }) => console.log(`${probability.toFixed(4)} ${name}`));
