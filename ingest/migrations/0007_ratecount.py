from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0006_lines'),
    ]

    operations = [
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('key', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('started_s', models.FloatField(help_text="When the window began, in the database's epoch.")),
                ('count', models.PositiveIntegerField()),
                ('before', models.PositiveIntegerField(help_text='The count of the window before.')),
            ],
        ),
        # Unlogged, so that counting a request does not wait for the disk. Half-full pages, so that
        # a count takes the place of the one before on its page.
        migrations.RunSQL(
            'ALTER TABLE ingest_ratecount SET UNLOGGED;'
            'ALTER TABLE ingest_ratecount SET (fillfactor = 50)',
            'ALTER TABLE ingest_ratecount SET LOGGED',
        ),
    ]
