"""Configurations of OpenOCR: what they mean here, and that nothing is dropped in silence."""

from pathlib import Path

import pytest

from effocr.cli.compat.openocr_config import Values, open_values, openocr_flags
from effocr.cli.compat.openocr_settings import label_files, settings_of_openocr, unused
from effocr.errors import UsageError

# The keys of repvit_db.yml.
SHIPPED = """
Global:
  device: gpu
  epoch_num: &epoch_num 500
  log_smooth_window: 20
  print_batch_step: 100
  output_dir: ./output/det_repsvtr_db
  save_epoch_step: [400, 25]
  eval_batch_step: [0, 1000]
  cal_metric_during_train: false
  checkpoints:
  pretrained_model: openocr_det_repvit_ch.pth
  use_tensorboard: true
  save_res_path: ./checkpoints/det_db/predicts_db.txt
  distributed: true
  model_type: det
Architecture:
  algorithm: DB_mobile
  Backbone: {name: RepSVTR_det}
  Neck: {name: RSEFPN, out_channels: 96, shortcut: True}
  Head: {name: DBHead, k: 50}
Loss: {name: DBLoss, balance_loss: true, main_loss_type: DiceLoss, alpha: 5, beta: 10,
  ohem_ratio: 3}
Optimizer: {name: Adam, lr: 0.001, weight_decay: 5.0e-05, filter_bias_and_bn: False}
LRScheduler: {name: CosineAnnealingLR, warmup_epoch: 2}
PostProcess: {name: DBPostProcess, thresh: 0.3, box_thresh: 0.6, max_candidates: 1000,
  unclip_ratio: 1.5, score_mode: slow}
Metric: {name: DetMetric, main_indicator: hmean}
Train:
  dataset:
    name: SimpleDataSet
    data_dir: ../icdar2015/text_localization/
    label_file_list: [../icdar2015/text_localization/train_icdar2015_label.txt]
    ratio_list: [1.0]
    transforms:
    - DecodeImage: {img_mode: BGR, channel_first: false}
    - DetLabelEncode: null
    - CopyPaste: null
    - IaaAugment:
        augmenter_args: [{type: Fliplr, args: {p: 0.5}}]
    - EastRandomCropData: {size: [640, 640], max_tries: 50, keep_ratio: true}
    - MakeBorderMap: {shrink_ratio: 0.4, thresh_min: 0.3, thresh_max: 0.7, total_epoch: *epoch_num}
    - MakeShrinkMap: {shrink_ratio: 0.4, min_text_size: 8, total_epoch: *epoch_num}
    - NormalizeImage: {scale: 1./255., order: hwc}
    - ToCHWImage: null
    - KeepKeys: {keep_keys: [image, shrink_map]}
  loader: {shuffle: true, drop_last: false, batch_size_per_card: 8, num_workers: 8}
Eval:
  dataset:
    name: SimpleDataSet
    data_dir: ../icdar2015/text_localization/
    label_file_list: [../icdar2015/text_localization/test_icdar2015_label.txt]
    transforms:
    - DetResizeForTest: {limit_side_len: 960, limit_type: max}
  loader: {shuffle: false, num_workers: 2}
profiler_options: null
"""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    path = tmp_path / "repvit_db.yml"
    path.write_text(SHIPPED, encoding="utf-8")
    return path


def read(path: Path, *changes: str) -> Values:
    return open_values(openocr_flags("x.py", "").parse_args(["-c", str(path), "-o", *changes]))


def test_the_shipped_configuration_is_our_detector_with_the_settings_of_openocr(
    shipped: Path,
) -> None:
    settings = settings_of_openocr(read(shipped), steps_an_epoch=125)
    model, look, loop = settings.model, settings.look, settings.loop
    assert (model.backbone, model.neck_channels, model.squeeze) == ("repvit", 96, True)
    assert (model.map_stride, model.thickness) == (1, False)
    assert (look.level, look.sized_by, look.long_side_px, look.shape) == (
        "word", "page", 960, "box",
    )  # fmt: skip
    assert (look.binary_threshold, look.box_threshold, look.unclip_ratio) == (0.3, 0.6, 1.5)
    truth = settings.truth
    assert (truth.shrink_ratio, truth.threshold_low, truth.threshold_high) == (0.4, 0.3, 0.7)
    assert truth.least_cells == 8
    assert (settings.batch_pixels, settings.crop.sizes) == (8 * 640 * 640, (640,))
    weights = settings.probability_weight, settings.threshold_weight, settings.binary_weight
    assert (settings.probability_loss, weights) == ("dice", (5, 10, 1))
    assert (loop.epochs, loop.learning_rate, loop.weight_decay) == (500, 1e-3, 5e-5)
    assert (loop.schedule, loop.warmup, loop.clip_norm) == ("cosine", 2 / 500, None)
    assert (loop.validate_every, loop.save_every, loop.log_every) == (1000, 125, 100)
    assert (loop.trackers, loop.device, loop.best, loop.workers) == (
        ("tensorboard",), "auto", "hmean", 8,
    )  # fmt: skip


def test_what_a_configuration_leaves_out_is_as_in_openocr(tmp_path: Path) -> None:
    path = tmp_path / "short.yml"
    path.write_text("Optimizer: {name: Adam, lr: 0.001}\n")
    settings = settings_of_openocr(read(path))
    assert settings.loop.weight_decay == 0
    look = settings.look
    assert (look.binary_threshold, look.box_threshold, look.unclip_ratio) == (0.3, 0.7, 2.0)


def test_what_has_no_effect_is_named_with_its_value_and_a_reason(shipped: Path) -> None:
    values = read(shipped, "Global.typo=3", "PostProcess.score_mode=fast")
    settings_of_openocr(values)
    told = unused(values)
    assert [line.split(":")[0] for line in told] == [
        "Optimizer.name=Adam",
        "Global.log_smooth_window=20",
        "Global.save_res_path=./checkpoints/det_db/predicts_db.txt",
        "Global.typo=3",
        "Loss.ohem_ratio=3",
        "PostProcess.max_candidates=1000",
        "PostProcess.score_mode=fast",
        "Train.dataset.transforms.CopyPaste=on",
        "Train.dataset.transforms.IaaAugment.augmenter_args=[{'type'",
        "Train.dataset.transforms.EastRandomCropData.max_tries=50",
        "Train.dataset.transforms.EastRandomCropData.keep_ratio=True",
        "Train.dataset.transforms.MakeBorderMap.total_epoch=500",
        "Train.dataset.transforms.MakeShrinkMap.total_epoch=500",
        "Eval.loader.shuffle=False",
        "Eval.loader.num_workers=2",
    ]
    assert "Global.typo=3: no effect: not known" in told
    assert all(": not known" not in line for line in told if "typo" not in line)


def test_changes_win_over_the_file_and_the_file_over_its_base(shipped: Path) -> None:
    child = shipped.with_name("child.yml")
    child.write_text("_BASE_: repvit_db.yml\nGlobal: {epoch_num: 40, seed: 7}\n")
    size = "Train.dataset.transforms.EastRandomCropData.size=[320, 320]"
    values = read(child, "Global.epoch_num=2", size, "Train.dataset.label_file_list.0=a.txt")
    settings = settings_of_openocr(values)
    assert (settings.loop.epochs, settings.loop.seed) == (2, 7)
    assert settings.crop.sizes == (320,)
    assert settings.loop.warmup == 0.5
    assert "LRScheduler.warmup_epoch=2: shortened to half of 2 epochs" in unused(values)
    assert label_files(values, "Train").files == (Path("a.txt"),)
    child.write_text("_BASE_: child.yml\n")
    with pytest.raises(UsageError, match="is its own _BASE_"):
        read(child)
    child.write_text("_BASE_:\nGlobal: {epoch_num: 3}\n")
    assert read(child).tree == {"Global": {"epoch_num": 3}}
    for base in ("3", "[3]", "{a: b}"):
        child.write_text(f"_BASE_: {base}\n")
        with pytest.raises(UsageError, match=r"_BASE_: .*expected the name of a file"):
            read(child)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("Architecture.algorithm=PSE", "PSE is no DBNet"),
        ("Architecture.Neck.name=DBFPN", "Architecture.Neck.name: 'DBFPN'"),
        ("Architecture.Head.k=10", None),
        ("Loss.main_loss_type=MaskL1", "DiceLoss or BCELoss"),
        ("Optimizer.lr=fast", "Optimizer.lr: 'fast' is not a number"),
        ("Optimizer.name=SGD", "Adam or AdamW"),
        ("Global.epoch_num=1.5", "Global.epoch_num: 1.5 is not a whole number"),
        ("Global.epoch_num=.inf", "is not a whole number"),
        ("LRScheduler.name=Step", "CosineAnnealingLR"),
        ("Eval.dataset.transforms.DetResizeForTest.limit_type=min", "'min'"),
        ("Eval.dataset.transforms.DetResizeForTest.limit_type=", "'min'"),
        ("Metric.main_indicator=f1", "hmean or precision or recall"),
        ("Train.dataset.transforms.EastRandomCropData.size=[64, 32]", "is no square"),
        ("Train.dataset.transforms.EastRandomCropData.size=[65, 65]", "multiples of 32"),
        ("Train.dataset.transforms.MakeBorderMap.shrink_ratio=0.5", "must be that of"),
        ("Train.dataset.transforms.Nothing.size=3", "there is no Nothing"),
        ("Train.loader.batch_size_per_card=0", "batch_pixels"),
        ("Global.epoch_num.x=1", "is a value, not a group"),
        ("Global.epoch_num", "expected A.B=VALUE"),
        ("Global.epoch_num=[", "not a YAML value"),
    ],
)
def test_what_is_not_there_is_refused_by_its_path_or_named(
    shipped: Path, change: str, message: str | None
) -> None:
    if message is None:
        values = read(shipped, change)
        settings_of_openocr(values)
        assert "Architecture.Head.k=10: no effect: it is always 50 here" in unused(values)
        return
    with pytest.raises(UsageError, match=message.replace("[", r"\[")):
        settings_of_openocr(read(shipped, change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("Train.dataset.label_file_list=[]", "name files of labels"),
        ("Train.dataset.ratio_list=[1.0, 0.5]", "a share above 0"),
        ("Train.dataset.ratio_list=[2]", "a share above 0"),
        ("Train.dataset.name=LMDB", "'LMDB'"),
    ],
)
def test_files_of_labels_are_checked(shipped: Path, change: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        label_files(read(shipped, change), "Train")


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.yml: not a readable YAML file"):
        read(tmp_path / "absent.yml")
    (tmp_path / "list.yml").write_text("- 1\n")
    with pytest.raises(UsageError, match="lines, found list"):
        read(tmp_path / "list.yml")
    (tmp_path / "empty.yml").write_text("\n")
    with pytest.raises(UsageError, match="expected groups"):
        read(tmp_path / "empty.yml")
    with pytest.raises(UsageError, match="name a configuration"):
        open_values(openocr_flags("x.py", "").parse_args([]))
