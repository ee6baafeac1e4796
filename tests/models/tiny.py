"""Tiny networks with random weights in the vendors' own formats, as their tools write them.

Everything is built from a configuration and saved by the vendor's ``save_pretrained`` or like, so
that what reads it is the very code that reads real weights. Nothing is fetched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

WORDS = (
    "a an the hat red coat backpack person man woman child beach street dog walks in on with "
    "answer picture describe user assistant sentence words scene people json object one"
).split()


def grounding_dino(folder: Path) -> Path:
    """A Grounding DINO with two layers of everything, over a tiny Swin."""
    from transformers import (
        BertTokenizerFast,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessor,
        GroundingDinoProcessor,
        SwinConfig,
    )

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", *dict.fromkeys(WORDS)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    torch.manual_seed(0)
    config = GroundingDinoConfig(
        backbone_config=SwinConfig(
            image_size=64, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4,
            out_features=["stage2", "stage3", "stage4"],
        ),
        text_config={
            "model_type": "bert", "hidden_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": 64, "vocab_size": len(vocabulary),
        },
        d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, num_queries=20,
        max_text_len=64,
    )  # fmt: skip
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    pictures = GroundingDinoImageProcessor(size={"shortest_edge": 96, "longest_edge": 160})
    GroundingDinoProcessor(pictures, tokenizer).save_pretrained(folder)
    pictures.save_pretrained(folder)  # as older versions of transformers left it on the hub
    return folder


def detection_transformer(folder: Path) -> Path:
    """An RF-DETR of transformers' format."""
    from transformers import RfDetrConfig, RfDetrForObjectDetection, RTDetrImageProcessor

    torch.manual_seed(0)
    labels = {0: "person", 1: "car", 2: "cell phone"}
    config = RfDetrConfig(id2label=labels, label2id={name: key for key, name in labels.items()})
    config.num_queries = 20
    RfDetrForObjectDetection(config).save_pretrained(folder)
    backbone = config.backbone_config
    side = 4 * backbone.patch_size * backbone.num_windows
    RTDetrImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


def scene_classifier(folder: Path, *, named: bool = True, classes: int = 16) -> Path:
    """A ViT for image classification, as EveryScene."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    from recognition.engine.backends.vit_scenes import SIXTEEN

    torch.manual_seed(0)
    names = {i: SIXTEEN[i].title() for i in range(classes)} if named else None
    config = ViTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        image_size=32, patch_size=16, num_labels=classes,
        **({"id2label": names, "label2id": {v: k for k, v in names.items()}} if names else {}),
    )  # fmt: skip
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def open_clip_pair(folder: Path, *, siglip: bool = False, dimension: int = 24) -> Path:
    """A pair of open_clip: a CLIP with open_clip's own vocabulary, or one of SigLIP's kind with a
    tokenizer of its own in the folder."""
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(0)
    vision = {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32}
    words: dict[str, Any] = {"context_length": 32, "vocab_size": 49408, "width": 32}
    words |= {"heads": 2, "layers": 2}
    model: dict[str, Any] = {"embed_dim": dimension, "vision_cfg": vision, "text_cfg": words}
    if siglip:
        words |= {"hf_tokenizer_name": "its-own", "vocab_size": 64, "pool_type": "last"}
        words |= {"no_causal_mask": True, "proj_bias": True}
        words |= {"tokenizer_kwargs": {"clean": "canonicalize"}}
        model |= {"init_logit_bias": -10, "custom_text": True}
    prepare = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"model_cfg": model, "preprocess_cfg": prepare})
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")
    if siglip:
        word_tokenizer().save_pretrained(folder)
    network = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
    save_file(
        {k: v.contiguous() for k, v in network.state_dict().items()},
        folder / "open_clip_model.safetensors",
    )
    return folder


def word_tokenizer(extra: tuple[str, ...] = ()) -> Any:
    """A tokenizer of whole words in the fast format."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    names = ["<pad>", "<unk>", "<s>", "</s>", *extra, *dict.fromkeys(WORDS)]
    inner = Tokenizer(WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>"))
    inner.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token="<unk>", pad_token="<pad>", bos_token="<s>",
        eos_token="</s>", additional_special_tokens=list(extra), model_max_length=4096,
    )  # fmt: skip


def llava(folder: Path, *, template: bool = True) -> Path:
    """A LLaVA-1.5: CLIP tower and a Llama, two layers each."""
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    torch.manual_seed(0)
    tokenizer = word_tokenizer(("<image>",))
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            image_size=32, patch_size=16, projection_dim=32,
        ),
        text_config=_llama(len(tokenizer), LlamaConfig),
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer, patch_size=16, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=TEMPLATE if template else None,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def llava_onevision(folder: Path) -> Path:
    """A LLaVA-OneVision: SigLIP tower and a Qwen2, two layers each."""
    from transformers import (
        LlavaOnevisionConfig,
        LlavaOnevisionForConditionalGeneration,
        LlavaOnevisionImageProcessor,
        LlavaOnevisionProcessor,
        LlavaOnevisionVideoProcessor,
        Qwen2Config,
        SiglipVisionConfig,
    )

    torch.manual_seed(0)
    tokenizer = word_tokenizer(("<image>", "<video>"))
    pins = [[32, 32], [32, 64], [64, 32]]
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            image_size=32, patch_size=16,
        ),
        text_config=_llama(len(tokenizer), Qwen2Config),
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        video_token_id=tokenizer.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=pins, vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )  # fmt: skip
    LlavaOnevisionForConditionalGeneration(config).save_pretrained(folder)
    size = {"height": 32, "width": 32}
    pictures = LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=pins)
    LlavaOnevisionProcessor(
        pictures, tokenizer,
        LlavaOnevisionVideoProcessor(size=size), num_image_tokens=4,
        vision_feature_select_strategy="full", chat_template=TEMPLATE,
    ).save_pretrained(folder)  # fmt: skip
    pictures.save_pretrained(folder)
    return folder


def _llama(words: int, kind: Any) -> Any:
    return kind(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, vocab_size=words, max_position_embeddings=4096, pad_token_id=0,
        bos_token_id=2, eos_token_id=3,
    )  # fmt: skip


TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }} "
    "{% for c in m['content'] %}{% if c['type'] == 'image' %}<image> {% else %}{{ c['text'] }} "
    "{% endif %}{% endfor %}{% endfor %}{% if add_generation_prompt %}assistant {% endif %}"
)


def yolo(folder: Path, architecture: str = "yolo11n.yaml") -> Path:
    """An ultralytics checkpoint as its trainer writes it: the modules themselves, pickled."""
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(0)
    network = DetectionModel(architecture, verbose=False)
    network.names = {0: "person", 1: "car", **{i: f"class {i}" for i in range(2, 80)}}
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"epoch": -1, "model": network.half(), "ema": None}, folder / "tiny.pt")
    return folder / "tiny.pt"


def person_transformer(file: Path, *, width: int = 768, names: str = "transreid") -> Path:
    """A person transformer of one layer: ``transreid`` names and 256×128, or ``everyperson``
    (torchvision's names under ``backbone.``, a linear layer to 512 on top, 224×224)."""
    torch.manual_seed(0)
    if names == "everyperson":
        from torchvision.models import VisionTransformer

        plain = VisionTransformer(224, 16, 1, width // 64, width, 2 * width)
        state = {f"backbone.{name}": value for name, value in plain.state_dict().items()}
        state["embedding.0.weight"] = torch.randn(512, width) * 0.02
        state["embedding.0.bias"] = torch.zeros(512)
    else:
        from timm.models.vision_transformer import VisionTransformer as TimmTransformer

        other = TimmTransformer((256, 128), 16, embed_dim=width, depth=1, num_heads=width // 64,
                                num_classes=0)  # fmt: skip
        state = {f"base.{name}": value for name, value in other.state_dict().items()}
        state["base.sie_embed"] = torch.randn(6, 1, width)
        state["bottleneck.weight"] = torch.ones(width)
        state["classifier.weight"] = torch.zeros(7, width)
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": state} if names == "transreid" else state, file)
    return file
