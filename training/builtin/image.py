"""Trains the image tower (`image`): pictures and crops into the joint space, beside the text tower.

Whole pictures learn the joint vector of the projection of all frozen features, cached once; crops
(`--crops`) that of MobileNetV1 on the very crop. The student learns the vector, the features, and
how the teacher ranks captions (KL of two softmaxes over a bank of text vectors); whole pictures
also learn from their own captions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.builtin import data, joint, schedule, views
from training.builtin.data import SIDE_PX
from training.builtin.image_views import Batch, Views, make_batch, open_views
from training.builtin.layers import Embedder, start_from_detector, to_input
from training.builtin.lessons import Held, Lessons, held_captions, open_space, prepare_lessons
from training.builtin.windows import draw_view

TEMPERATURE = 0.05
"""Of the softmax over captions; near the inverse of the learned scale of the joint space."""


class Student(nn.Module):  # type: ignore[misc, unused-ignore]
    """The tower with a second head that predicts the teacher's features; the head is dropped after
    training.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tower = Embedder()
        self.hint = nn.Linear(1024, 1024)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors [B, 256] and predicted features [B, 1024]."""
        pooled = self.tower.pooled(images)
        return functional.normalize(self.tower.head(self.tower.dropout(pooled)), dim=-1), self.hint(
            pooled
        )


def lesson_loss(
    vectors: Tensor, hints: Tensor, wanted: Tensor, features: Tensor, bank: Tensor
) -> dict[str, Tensor]:
    """Cosine, feature and ranking losses of one batch against the teacher."""
    target = functional.softmax(wanted @ bank.T / TEMPERATURE, dim=-1)
    ranking = (
        -(target * functional.log_softmax(vectors @ bank.T / TEMPERATURE, dim=-1)).sum(-1).mean()
    )
    entropy = -(target * target.clamp(min=1e-9).log()).sum(-1).mean()
    return {
        "cosine": 1 - (vectors * wanted).sum(-1).mean(),
        "hint": functional.mse_loss(hints, features),
        "ranking": ranking - entropy,
    }


def caption_loss(vectors: Tensor, rows: Tensor, whole: Tensor, lessons: Lessons) -> Tensor:
    """InfoNCE of nearly whole views against one caption of theirs each; zero where there are too
    few.
    """
    picked = [i for i in whole.nonzero()[:, 0].tolist() if int(rows[i]) in lessons.captions_of]
    seen: dict[int, int] = {int(rows[i]): i for i in picked}
    if len(seen) < 4:
        return torch.zeros((), device=vectors.device)
    numbers = [
        lessons.captions_of[r][int(torch.randint(len(lessons.captions_of[r]), ()))] for r in seen
    ]
    scale = torch.tensor(float(np.log(1 / TEMPERATURE)), device=vectors.device)
    return joint.contrast(
        lessons.texts[numbers].to(vectors.device), vectors[list(seen.values())], scale
    )


def losses_of(
    student: Student, lessons: Lessons, part: Batch, on: torch.device
) -> dict[str, Tensor]:
    """All losses of one batch, weighted (by eye)."""
    with torch.autocast(on.type, torch.bfloat16):
        vectors, hints = student(views.jitter(to_input(part.pixels.to(on))))
    vectors, hints = vectors.float(), hints.float()
    bank = lessons.texts[torch.randint(len(lessons.texts), (2048,))].to(on)
    wanted, features = (
        lessons.vectors[part.numbers].to(on),
        lessons.features[part.numbers].float().to(on),
    )
    losses = lesson_loss(vectors, hints, wanted, features, bank)
    losses["caption"] = caption_loss(vectors, part.rows, part.whole, lessons)
    return losses


SIDES_PX = (112, 144)
"""Views are small for the first part of the training and larger after it, so that more of them are
seen (progressive resizing; Touvron et al. 2019, arXiv 1906.06423, on testing larger than training).
"""
SMALL_UNTIL = 0.6


def side_at(progress: float, large: bool = False) -> int:
    """The side of the views in px at a share of the training; `large`: the larger one always."""
    return SIDES_PX[large or progress >= SMALL_UNTIL]


def refit_head(
    student: Student, pictures: data.Pictures, found: Views, lessons: Lessons, count: int = 3000
) -> None:
    """Solve the tower's last layer anew by ridge regression on whole pictures, for a tower from an
    earlier joint space: what it sees stays, where it puts it moves.
    """
    whole = np.flatnonzero(~found.exact)
    numbers = np.random.default_rng(0).choice(whole, min(count, len(whole)), replace=False)
    pooled = []
    student.eval()
    with torch.inference_mode():
        for part in np.array_split(numbers, max(1, len(numbers) // 100)):
            drawn = [
                draw_view(pictures.pixels[found.rows[n]], found.windows[n], False, SIDES_PX[-1])
                for n in part
            ]
            on = student.hint.weight.device
            pooled.append(student.tower.pooled(to_input(torch.from_numpy(np.stack(drawn)).to(on))))
    x = torch.cat(pooled).double().cpu()
    y = lessons.vectors[numbers].double()
    mean_x, mean_y = x.mean(0), y.mean(0)
    centred = x - mean_x
    gram = centred.T @ centred
    gram += torch.eye(len(gram)) * gram.diagonal().mean() * 0.3
    weight = torch.linalg.solve(gram, centred.T @ (y - mean_y)).T
    with torch.no_grad():
        student.tower.head.weight.copy_(weight.float())
        student.tower.head.bias.copy_((mean_y - weight @ mean_x).float())
    student.train()


def train(
    data_dir: Path,
    teachers: Path,
    work: Path,
    minutes: float,
    seed: int = 0,
    resume: bool = False,
    device: str = "auto",
    batch: int = 64,
    rate: float = 2e-3,
    crops: bool = False,
    refit: bool = False,
    large: bool = False,
) -> None:
    """Train for `minutes`; writes `image.pt` (averaged tower) and `image_student.pt` into the work
    folder.
    """
    torch.manual_seed(seed)
    random, on = np.random.default_rng(seed), schedule.pick_device(device)
    pictures = data.open_pictures(data_dir, work)
    found = open_views(pictures, teachers, work, 0, crops)
    space = open_space(data_dir, teachers, work)
    lessons = prepare_lessons(space, data_dir, teachers, work, found)
    student = Student().to(on, memory_format=torch.channels_last)  # type: ignore[call-overload, unused-ignore]
    if resume:
        student.load_state_dict(torch.load(work / "image_student.pt", map_location=on)["network"])
        if refit:
            refit_head(student, pictures, found, lessons)
    elif (work / "detector.pt").exists():
        start_from_detector(student.tower, work / "detector.pt")
    average, optimiser = schedule.Average(student, 0.997), schedule.optimiser_of(student, rate)
    held = held_captions(space, data_dir, pictures)
    clock = schedule.Clock(minutes)
    progress = schedule.Progress("image", clock, 280)

    def next_batch() -> Batch:
        return make_batch(pictures, found, batch, side_at(clock.progress, large), random)

    for part in views.prefetch(next_batch):
        losses = losses_of(student, lessons, part, on)
        loss = (
            2 * losses["cosine"]
            + 0.5 * losses["hint"]
            + losses["ranking"]
            + 0.15 * losses["caption"]
        )
        schedule.take_step(student, optimiser, loss, rate * clock.rate())
        average.update(student)
        if progress.update(losses):
            _save(average, work, progress.step)
            print(measure(work, pictures, held), flush=True)
        if clock.progress >= 1:
            return


def _save(average: schedule.Average, work: Path, step: int) -> None:
    schedule.save_checkpoint(work / "image_student.pt", average.state, step=step)
    tower = {k[len("tower.") :]: v for k, v in average.state.items() if k.startswith("tower.")}
    schedule.save_checkpoint(work / "image.pt", tower, step=step)


def measure(work: Path, pictures: data.Pictures, held: Held, side: int = 160) -> dict[str, float]:
    """Text→image figures of the saved tower on the dev pictures."""
    tower = Embedder()
    tower.load_state_dict(torch.load(work / "image.pt", map_location="cpu")["network"])
    tower.eval().to(memory_format=torch.channels_last)
    whole = np.array([0, 0, SIDE_PX, SIDE_PX], np.float32)
    vectors = []
    with torch.inference_mode():
        for part in held.rows.split(100):
            drawn = np.stack([draw_view(pictures.pixels[int(r)], whole, False, side) for r in part])
            vectors.append(tower(to_input(torch.from_numpy(drawn))))
    return joint.retrieval(held.texts, torch.cat(vectors), held.owner)
