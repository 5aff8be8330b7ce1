# Makes howdah-handover.service of howdah.service: in the same walls, for the time of a restart only.
1i # Made from howdah.service, with packaging/handover.sed
/^#/d
# Nothing starts it by itself, so nothing needs to be held back.
/^\[Unit\]/a StartLimitIntervalSec=0
/^Description=/c Description=Howdah, which has the clients of howdah.service while that restarts
/^ExecStop=/,/[^\\]$/d
/^Restart/d
/^\[Install\]/,$d
