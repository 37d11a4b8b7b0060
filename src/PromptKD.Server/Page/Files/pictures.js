// Where pictures come from: chosen, dropped, pasted, or taken by the camera.
export function watchPictures(take, say) {
  const drop = document.getElementById("drop");
  const choose = document.getElementById("choose");
  const label = document.getElementById("choose-label");

  choose.addEventListener("change", () => {
    take([...choose.files]);
    choose.value = "";
  });
  label.addEventListener("keydown", event => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose.click();
    }
  });
  choose.tabIndex = -1;

  addEventListener("dragover", event => {
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", event => {
    event.preventDefault();
    drop.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
  addEventListener("paste", event => {
    const files = [...event.clipboardData.files];
    if (files.length > 0) {
      take(files);
    }
  });
  watchCamera(take, say);
}

function watchCamera(take, say) {
  const open = document.getElementById("camera");
  const finder = document.getElementById("viewfinder");
  const video = document.getElementById("video");
  let stream = null;

  if (!navigator.mediaDevices) {
    open.hidden = true;
    return;
  }

  open.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      finder.hidden = false;
      document.getElementById("shoot").focus();
    } catch (error) {
      say(`The camera cannot be used: ${error.message}`);
    }
  });
  document.getElementById("close").addEventListener("click", close);
  document.getElementById("shoot").addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(blob => take([new File([blob], "camera.jpg", { type: "image/jpeg" })]), "image/jpeg", 0.95);
    close();
  });

  function close() {
    stream?.getTracks().forEach(track => track.stop());
    stream = null;
    finder.hidden = true;
    open.focus();
  }
}
