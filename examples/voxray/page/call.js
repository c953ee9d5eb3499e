"use strict";

// A call of the server: the microphone is sent, the answer is played and shown. The voice of the server has two tones
// of 20 ms for each letter, as in `src/audio/voice.rs`.

const at = (id) => document.getElementById(id);
const [RATE, SPACING, LOWEST, HIGHER] = [8000, 100, 400, 2000];
const [WINDOW_BEGIN, WINDOW_END] = [40, 120];
const OVER = 4;
const LOUD = 1000;

// Passes frames on, and shows their bytes to the page.
const WORKER = `onrtctransform = ({ transformer: { readable, writable } }) => {
  const shown = { transform(frame, to) { postMessage(new Uint8Array(frame.data)); to.enqueue(frame); } };
  readable.pipeThrough(new TransformStream(shown)).pipeTo(writable);
};`;

// Returns the sample of a byte of G.711.
function sample(byte) {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
}

function power(samples, hertz) {
  const [wave, turn] = [[0, 0], (2 * Math.PI * hertz) / RATE];
  samples.forEach((value, index) => {
    wave[0] += value * Math.cos(turn * index);
    wave[1] += value * Math.sin(turn * index);
  });
  return Math.hypot(...wave);
}

const loudest = (samples, from) => {
  const powers = Array.from({ length: 16 }, (_, half) => power(samples, from + SPACING * half));
  return powers.indexOf(Math.max(...powers));
};

// Shows the letter of a frame, unless the frame is quiet.
function hear(frame) {
  const samples = Array.from(frame, sample).slice(WINDOW_BEGIN, WINDOW_END);
  if (!samples.some((value) => Math.abs(value) >= LOUD)) return;
  const byte = loudest(samples, LOWEST) | (loudest(samples, HIGHER) << 4);
  at("heard").textContent += byte === OVER ? "\n" : String.fromCharCode(byte);
}

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => connection.addEventListener("icegatheringstatechange", resolve, { once: true }));
  }
}

// Returns the bytes of all packets of the connection.
async function bytes(connection) {
  const found = [...(await connection.getStats()).values()].find(({ type }) => type === "transport");
  return [found?.bytesSent ?? 0, found?.bytesReceived ?? 0];
}

async function call() {
  const asked = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: asked });
  const connection = new RTCPeerConnection();
  globalThis.connection = connection;
  const { receiver } = connection.addTransceiver(microphone.getAudioTracks()[0]);
  // Before the answer of the server: later, the browser takes none.
  if (globalThis.RTCRtpScriptTransform) {
    const worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
    worker.addEventListener("message", ({ data }) => hear(data));
    receiver.transform = new RTCRtpScriptTransform(worker);
  }
  at("sound").srcObject = new MediaStream([receiver.track]);
  connection.addEventListener("connectionstatechange", () => { at("state").textContent = connection.connectionState; });
  await connection.setLocalDescription();
  await gathered(connection);
  const headers = { "content-type": "application/sdp" };
  const response = await fetch("/offer", { method: "POST", headers, body: connection.localDescription.sdp });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  await connection.setRemoteDescription({ type: "answer", sdp: text });
  setInterval(async () => {
    [at("sent").textContent, at("received").textContent] = await bytes(connection);
  }, 1000);
}

at("call").addEventListener("click", () => {
  at("call").disabled = true;
  call().catch((error) => { at("state").textContent = error.message; });
});
