import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0007_ratecount'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForgottenName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('word_count', models.PositiveSmallIntegerField()),
                ('is_kept', models.BooleanField(default=False)),
                ('forgotten_at', models.DateTimeField(auto_now=True)),
                ('library', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forgotten_names', to='ingest.library')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('library', 'digest'), name='forgotten_once')],
            },
        ),
    ]
